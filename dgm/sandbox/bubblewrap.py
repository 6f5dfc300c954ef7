"""The bubblewrap adapter: one `bwrap` process for each job, which becomes the runner's process 1.

Started by root it drops to an unprivileged user first. It is given an empty environment and its arguments through a
descriptor, so that nothing of the host shows in `/proc` inside.
"""

import json
import os
import platform
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dgm.assets import sandbox_dir
from dgm.errors import SandboxError, SandboxUnavailable
from dgm.sandbox.bubblewrap_arguments import HIDDEN, SYSTEM, Layout, arguments
from dgm.sandbox.bubblewrap_program import find_program
from dgm.sandbox.cache import UNPRIVILEGED, default_cache, job_folder, own_folder, sweep
from dgm.sandbox.cgroup_parents import Parents, find_parents
from dgm.sandbox.cgroups import job_group, sweep_groups
from dgm.sandbox.conversation import START_PATIENCE_S, converse, order_for, result_of
from dgm.sandbox.crashes import avoid_crash_handler
from dgm.sandbox.environment import PREFIX, prepare_environment
from dgm.sandbox.forbidden import Forbidden, survey
from dgm.sandbox.gateways import let_in
from dgm.sandbox.proving import MEMORY, SHARED_KERNEL, SHARED_USER, prove, proves_memory, unproved
from dgm.sandbox.read_only import write_read_only
from dgm.sandbox.seccomp import compile_profile, load_profile
from dgm.sandbox.wires import PipeWire, WireTimeout, wait
from dgm.values import Job, JobResult, Limits, SandboxLevel

_PATH = f"{PREFIX}/bin:/usr/bin:/bin"
_REAP_S = 5.0
_COMPLAINT_BYTES = 2000


class BubblewrapSandbox:
    """Runs jobs in namespaces of their own. Thread-safe: jobs share only what none can change.

    Args:
        cache: folder for the environment and the jobs' read-only files; `default_cache()` where left out.
    """

    def __init__(self, cache: Path | None = None) -> None:
        avoid_crash_handler()
        self._cache = own_folder(cache or default_cache())
        sweep(self._cache)
        environment = prepare_environment(self._cache)
        self._program = find_program(self._cache)
        self._filter = compile_profile(load_profile(sandbox_dir() / "seccomp.json"), platform.machine())
        forbidden = Forbidden.of_host()
        usr = survey(SYSTEM, HIDDEN, forbidden)
        self._layout = Layout.of_host(environment, usr)
        self._groups = Parents()
        proved = prove(self.run, "bubblewrap", forbidden, surveyed=usr)
        self._groups = find_parents()
        if not self._groups_hold():
            self._groups = Parents()
        self.level = _level(environment.digest, proved, self._groups)

    def run(self, job: Job) -> JobResult:
        """Run one job in namespaces of which nothing survives."""
        order = order_for(job, let_in(job.gateway_socket), _rlimits(job.limits), _PATH)
        with (
            job_folder(self._cache) as folder,
            job_group(self._groups, job.limits) as group,
            self._process(job, folder) as started,
        ):
            try:
                with PipeWire(_descriptor(started.process.stdout), _descriptor(started.process.stdin)) as wire:
                    _close_ours(started.process)
                    group.take(started.runner())
                    heard = converse(wire, job, order)
                exit_code = _wait(started.process)
            except SandboxError as error:
                _kill(started.process)
                raise SandboxError(f"{error}. bwrap says: {_read(started.complaints)!r}") from error
            out_of_memory = group.out_of_memory
        return result_of(job, heard, exit_code, out_of_memory=out_of_memory)

    def close(self) -> None:
        """Nothing is kept between jobs."""

    def _groups_hold(self) -> bool:
        """Whether a job is held by its control group on this host."""
        sweep_groups(self._groups, time.time())
        return bool(self._groups.folders) and proves_memory(self.run)

    @contextmanager
    def _process(self, job: Job, folder: Path) -> Iterator["_Started"]:
        """Start bwrap; afterwards everything in it is dead."""
        with ExitStack() as stack:
            words = arguments(self._layout, job, write_read_only(job, folder))
            given = stack.enter_context(_memory(b"\0".join(map(os.fsencode, words)) + b"\0"))
            bpf = stack.enter_context(_memory(self._filter))
            complaints = stack.enter_context(_memory(b""))
            info, telling = os.pipe2(os.O_CLOEXEC)
            stack.callback(os.close, info)
            command = ["--args", str(given), "--seccomp", str(bpf), "--info-fd", str(telling), "--", *_RUNNER]
            try:
                process = self._start(command, (given, bpf, telling), complaints)
            except OSError as error:
                raise SandboxUnavailable(f"cannot start {str(self._program)!r}: {error}") from error
            finally:
                os.close(telling)
            try:
                yield _Started(process, complaints, info)
            finally:
                _kill(process)

    def _start(self, command: list[str], descriptors: tuple[int, ...], complaints: int) -> subprocess.Popen[bytes]:
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        return subprocess.Popen(
            [str(self._program), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={},
            cwd="/",
            pass_fds=descriptors,
            user=user,
            group=user,
            extra_groups=None if user is None else (),
        )


@dataclass(frozen=True, slots=True)
class _Started:
    """A running bwrap, and where it says what: its errors in a file, its child as JSON through a pipe."""

    process: subprocess.Popen[bytes]
    complaints: int
    info: int

    def runner(self) -> int:
        """Wait for the host's id of process 1 inside: there long before that speaks. Raises SandboxError."""
        until, said = time.monotonic() + START_PATIENCE_S, b""
        try:
            while b"}" not in said:
                wait(self.info, select.POLLIN, until)
                said += os.read(self.info, _COMPLAINT_BYTES) or b"}"
            return int(json.loads(said)["child-pid"])
        except (WireTimeout, ValueError) as error:
            raise SandboxError("bwrap made no process") from error


_RUNNER = (f"{PREFIX}/bin/python", "-I", "-S", "-B", "/runner/__main__.py")


def _level(image: str, proved: tuple[str, ...], groups: Parents) -> SandboxLevel:
    """Return what holds, with what control groups add to it."""
    bounded = "by memory only" if groups.folders else "by nothing"
    not_held = [f"the number of files in a writable mount is limited {bounded}"]
    if groups.folders:
        proved = (*proved, MEMORY)
    if "cpu" not in groups.folders:
        not_held.append("cores are not limited")
    return SandboxLevel("bubblewrap", image, proved, (*unproved(proved), *not_held, SHARED_KERNEL, SHARED_USER))


def _rlimits(limits: Limits) -> dict[str, int]:
    return {
        "RLIMIT_AS": limits.memory_mib << 20,
        "RLIMIT_NPROC": limits.pids,
        "RLIMIT_NOFILE": 1024,
        "RLIMIT_FSIZE": limits.disk_mib << 20,
        "RLIMIT_MEMLOCK": 1 << 16,
        "RLIMIT_MSGQUEUE": 0,
    }


@contextmanager
def _memory(data: bytes) -> Iterator[int]:
    """Give a descriptor from which another process reads `data`."""
    descriptor = os.memfd_create("dgm")
    try:
        os.write(descriptor, data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, _COMPLAINT_BYTES, 0).decode("utf-8", "replace").strip()


def _descriptor(stream: object) -> int:
    return stream.fileno()  # type: ignore[attr-defined,no-any-return]


def _close_ours(process: subprocess.Popen[bytes]) -> None:
    """Leave the wire's own descriptors as the only ones: closing them is how the host lets go."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Return process 1's exit code, or None when it had to be killed."""
    descriptor = os.pidfd_open(process.pid)
    try:
        wait(descriptor, select.POLLIN, time.monotonic() + _REAP_S)
    except WireTimeout:
        return None
    finally:
        os.close(descriptor)
    code = process.wait()
    return code if code >= 0 else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    _close_ours(process)
    if process.poll() is None:
        process.kill()
        process.wait()
