"""What bubblewrap is told: which folders a job sees, and what is taken from it.

Never the whole of `/`. The host's `/usr` is there, read-only, but for what holds other people's packages; `/etc` is our
own; home folders, `/var`, `/run`, `/srv` and the checkout are not there at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dgm.sandbox.cache import UNPRIVILEGED
from dgm.sandbox.environment import PREFIX, Environment
from dgm.sandbox.forbidden import Survey
from dgm.sandbox.gateways import GATEWAY_FOLDER
from dgm.values import Job

SYSTEM = "/usr"
HIDDEN = ("/usr/local", "/usr/src", "/usr/share/doc", "/usr/share/man", "/usr/share/locale")
_LINKED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SMALL_BYTES = 4096
_ISOLATION = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--as-pid-1"),
    *("--clearenv", "--cap-drop", "ALL", "--hostname", "sandbox", "--chdir", "/"),
    *("--uid", str(UNPRIVILEGED), "--gid", str(UNPRIVILEGED)),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What every job of this host sees of it, as bubblewrap's words."""

    words: tuple[str, ...]

    @classmethod
    def of_host(cls, environment: Environment, usr: Survey) -> Self:
        """Look at the host once: its links into `/usr`, and the folders in it to hide."""
        return cls((*_system(usr), *_own(environment), *_kernel()))


def arguments(layout: Layout, job: Job, read_only: Mapping[str, Path]) -> list[str]:
    """Return bubblewrap's arguments for one job.

    Args:
        read_only: path inside to the folder on the host, for every mount that cannot be written.
    """
    size = str(job.limits.disk_mib << 20)
    words = [*_ISOLATION, *layout.words]
    words += ["--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    words += ["--perms", "1777", "--size", size, "--tmpfs", "/tmp"]
    for mount in job.mounts:
        if mount.writable:
            words += ["--perms", "0755", "--size", size, "--tmpfs", mount.path]
        else:
            words += ["--ro-bind", str(read_only[mount.path]), mount.path]
    if job.gateway_socket is not None:
        words += ["--ro-bind", str(job.gateway_socket.parent), GATEWAY_FOLDER]
    return [*words, "--remount-ro", "/"]


def _system(usr: Survey) -> list[str]:
    words = ["--ro-bind", SYSTEM, SYSTEM]
    for path in map(Path, _LINKED):
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    for folder in usr.hidden:
        words += ["--size", str(_SMALL_BYTES), "--tmpfs", folder, "--remount-ro", folder]
    return words


def _own(environment: Environment) -> list[str]:
    places = {PREFIX: environment.python, "/runner": environment.runner, "/etc": environment.etc}
    if environment.moved_from:
        places[str(environment.moved_from)] = environment.python
    words = [word for inside, folder in places.items() for word in ("--ro-bind", str(folder), inside)]
    return [*words, *(w for p in ("/etc/ld.so.cache", "/etc/alternatives") for w in ("--ro-bind-try", p, p))]


def _kernel() -> list[str]:
    read_only = (word for path in ("/proc/sys", "/proc/pressure") for word in ("--ro-bind-try", path, path))
    return ["--proc", "/proc", *read_only, "--dev", "/dev"]
