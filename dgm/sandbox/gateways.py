"""How a gateway's socket gets into a sandbox: its folder is mounted, read-only, and nothing else of the host's."""

import os
from pathlib import Path

from dgm.errors import SandboxError
from dgm.sandbox.cache import UNPRIVILEGED

GATEWAY_FOLDER = "/run/gateway"


def let_in(socket: Path | None, *, everyone: bool = False) -> str:
    """Allow the sandbox's user to pass the socket's folder and to connect; returns the socket's path inside.

    Started by root, jobs have a user of their own, and its group is let in; else they have this user's id.

    Args:
        everyone: jobs have another id on this host, so everybody must be let in.

    Raises:
        SandboxError: there is no such socket.
    """
    if socket is None:
        return ""
    try:
        _open(socket.parent, 0o700, 0o010, 0o001, everyone)
        _open(socket, 0o600, 0o060, 0o006, everyone)
    except OSError as error:
        raise SandboxError(f"the gateway's socket {str(socket)!r} cannot be mounted: {error}") from error
    return f"{GATEWAY_FOLDER}/{socket.name}"


def _open(path: Path, own: int, groups: int, others: int, everyone: bool) -> None:
    """Set the mode of what is this user's; anything else is as its owner wants it."""
    if path.stat().st_uid != os.geteuid():
        return
    if everyone:
        path.chmod(own | groups | others)
    elif os.geteuid() == 0:
        os.chown(path, 0, UNPRIVILEGED)
        path.chmod(own | groups)
    else:
        path.chmod(own)
