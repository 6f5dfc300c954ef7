"""A control group for each job: limits that hold for all of its processes together, and a way to end them all.

With parents that have no folders nothing is limited here, and every call does nothing.
"""

import contextlib
import os
import secrets
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dgm.errors import SandboxError
from dgm.sandbox.cache import owner_name
from dgm.sandbox.cgroup_parents import Parents
from dgm.values import Limits

_PREFIX = "dgm-"
_PERIOD_US = 100_000
_END_S = 5.0
_YOUNG_S = 60.0
_KILLS = {1: "memory.oom_control", 2: "memory.events"}


class Group:
    """The group of one job. Used by one thread.

    Args:
        folders: controller to the group's folder; in version 2 the same one for all.
    """

    def __init__(self, version: int, folders: Mapping[str, Path]) -> None:
        self._version = version
        self._folders = folders

    def take(self, pid: int) -> None:
        """Move a process in; what it starts is born in it. Raises SandboxError."""
        for folder in self._each():
            _write(folder / "cgroup.procs", pid)

    @property
    def out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of the group for its memory."""
        if "memory" not in self._folders:
            return False
        lines = (self._folders["memory"] / _KILLS[self._version]).read_text(encoding="utf-8").splitlines()
        return any(line.startswith("oom_kill ") and not line.endswith(" 0") for line in lines)

    def make(self) -> None:
        """Make its folders. Raises SandboxError."""
        for folder in self._each():
            try:
                folder.mkdir()
            except OSError as error:
                raise SandboxError(f"cannot make the control group {str(folder)!r}: {error}") from error

    def limit(self, limits: Limits) -> None:
        """Set its limits. Raises SandboxError."""
        for controller, folder in self._folders.items():
            for name, value in _settings(self._version, controller, limits).items():
                if (folder / name).exists():  # not every kernel counts swap
                    _write(folder / name, value)

    def end(self) -> None:
        """Kill what is left and remove the group."""
        until = time.monotonic() + _END_S
        for folder in self._each():
            while folder.is_dir() and time.monotonic() < until:
                _kill_all(folder)
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                time.sleep(0.002)

    def _each(self) -> list[Path]:
        return list(dict.fromkeys(self._folders.values()))


@contextmanager
def job_group(parents: Parents, limits: Limits) -> Iterator[Group]:
    """Give a group to one job; afterwards nothing in it is alive, and it is gone.

    Raises:
        SandboxError: it cannot be made.
    """
    name = f"{_PREFIX}{owner_name()}-{secrets.token_hex(4)}"
    group = Group(parents.version, {controller: folder / name for controller, folder in parents.folders.items()})
    try:
        group.make()
        group.limit(limits)
        yield group
    finally:
        group.end()


def sweep_groups(parents: Parents, now_s: float) -> int:
    """Remove this user's groups in which nobody is; returns how many folders. The kernel keeps those in use.

    Args:
        now_s: Unix seconds. A young group may be one whose job is about to start.
    """
    count = 0
    for folder in (found for mount in parents.mounts for found in mount.rglob(f"{_PREFIX}*")):
        with contextlib.suppress(OSError):
            about = folder.stat()
            if about.st_uid == os.geteuid() and now_s - about.st_mtime > _YOUNG_S:
                folder.rmdir()
                count += 1
    return count


def _settings(version: int, controller: str, limits: Limits) -> Mapping[str, int | str]:
    """Return the files of one controller with what to write into them, in order."""
    memory, quota_us = limits.memory_mib << 20, int(limits.cpus * _PERIOD_US)
    match version, controller:
        case _, "pids":
            return {"pids.max": limits.pids}
        case 1, "memory":
            return {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
        case 1, _:
            return {"cpu.cfs_period_us": _PERIOD_US, "cpu.cfs_quota_us": quota_us}
        case _, "memory":
            return {"memory.max": memory, "memory.swap.max": 0}
        case _:
            return {"cpu.max": f"{quota_us} {_PERIOD_US}"}


def _write(path: Path, value: int | str) -> None:
    try:
        path.write_text(str(value), encoding="ascii")
    except OSError as error:
        raise SandboxError(f"cannot write {value!r} to the control group's {str(path)!r}: {error}") from error


def _kill_all(folder: Path) -> None:
    """Send SIGKILL to every process of a group. 0 stands for one that this process cannot see."""
    with contextlib.suppress(OSError):
        for word in (folder / "cgroup.procs").read_text(encoding="utf-8").split():
            if word != "0":
                os.kill(int(word), signal.SIGKILL)
