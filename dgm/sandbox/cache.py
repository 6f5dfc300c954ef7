"""Folders of the host that a sandbox mounts: neutral names, readable by the unprivileged user, never in a home.

One folder for each user of the host, since what stands in it is trusted by every later run.
"""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dgm.errors import SandboxError, SandboxUnavailable

UNPRIVILEGED = 65534
"""User and group, inside every sandbox, and outside when root starts one."""

_BUILDING = ".building-"
_LONG_S = 7 * 86_400.0


def default_cache() -> Path:
    """Return where environments are kept between runs: a path that names nobody."""
    return Path("/var/tmp") / f"dgm-sandbox-{os.geteuid()}"


def own_folder(path: Path) -> Path:
    """Make a folder that only this user can write, and return it.

    Raises:
        SandboxUnavailable: somebody else owns or can write it.
    """
    try:
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
        about = path.lstat()
    except OSError as error:
        raise SandboxUnavailable(f"cannot make the sandbox's folder {str(path)!r}: {error}") from error
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o022:
        raise SandboxUnavailable(f"the sandbox's folder {str(path)!r} is not only this user's: remove it and try again")
    return path


def make_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Return `folder`, built first where it is missing. Several builders may race; one wins, whole.

    Raises:
        SandboxUnavailable: it cannot be built.
    """
    if folder.is_dir():
        return folder
    own_folder(folder.parent)
    building = Path(tempfile.mkdtemp(prefix=f"{_BUILDING}{_owned()}", dir=folder.parent))
    try:
        build(building)
        building.chmod(0o755)
        building.rename(folder)
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        if not folder.is_dir():
            raise SandboxUnavailable(f"cannot prepare {str(folder)!r}: {error}. Is the disk full?") from error
    return folder


def owner_name() -> str:
    """Return a name for this process that no later process has: its id and its start."""
    return f"{os.getpid()}-{started(os.getpid())}"


def started(pid: int) -> str:
    """Return when a process of this host was started, in the kernel's ticks; empty when it is gone."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return line.rpartition(")")[2].split()[19]


def is_gone(owner: str) -> bool:
    """Whether the process that `owner_name` named has ended."""
    pid, _, start = owner.partition("-")
    return not pid.isdigit() or not start or started(int(pid)) != start


@contextmanager
def job_folder(cache: Path, *, everyone: bool = False) -> Iterator[Path]:
    """Give a folder to one job, which the sandbox's user can pass through and nobody else; removed afterwards.

    Args:
        everyone: jobs have another id on this host, so everybody who knows its name can pass through.

    Raises:
        SandboxError: it cannot be made.
    """
    jobs = own_folder(cache / "jobs")
    try:
        folder = Path(tempfile.mkdtemp(prefix=_owned(), dir=jobs))
    except OSError as error:
        raise SandboxError(f"cannot make a job's folder in {str(jobs)!r}: {error}. Is the disk full?") from error
    try:
        if everyone:
            folder.chmod(0o711)
        elif os.geteuid() == 0:
            os.chown(folder, 0, UNPRIVILEGED)
            folder.chmod(0o710)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(cache: Path) -> int:
    """Remove the folders of jobs, and half-made ones, whose owner has ended; returns how many.

    Of an owner in another process namespace nobody here can tell: its folders go when they are older than any job.
    """
    folders = [*cache.glob("jobs/*"), *cache.glob(f"*/{_BUILDING}*")]
    orphans = [folder for folder in folders if _is_orphan(folder)]
    for folder in orphans:
        shutil.rmtree(folder, ignore_errors=True)
    return len(orphans)


def _owned() -> str:
    """Return how the name of a folder starts that this process makes: who it is, and in which process namespace."""
    return f"{owner_name()}-{_process_namespace()}."


def _is_orphan(folder: Path) -> bool:
    owner, _, rest = folder.name.removeprefix(_BUILDING).rpartition("-")
    if rest.startswith(f"{_process_namespace()}."):
        return is_gone(owner)
    try:
        return time.time() - folder.stat().st_mtime > _LONG_S
    except OSError:
        return False


def _process_namespace() -> int:
    return Path("/proc/self/ns/pid").stat().st_ino
