"""How a gateway's socket gets into a sandbox: its folder is mounted, read-only, and nothing else of the host's."""

import os
from pathlib import Path

from dgm.errors import SandboxError

GATEWAY_FOLDER = "/run/gateway"


def let_in(socket: Path | None) -> str:
    """Allow the sandbox's user to pass the socket's folder and to connect; returns the socket's path inside.

    Raises:
        SandboxError: there is no such socket.
    """
    if socket is None:
        return ""
    try:
        if socket.parent.stat().st_uid == os.geteuid():
            socket.parent.chmod(0o711)
        if socket.stat().st_uid == os.geteuid():
            socket.chmod(0o666)
    except OSError as error:
        raise SandboxError(f"the gateway's socket {str(socket)!r} cannot be mounted: {error}") from error
    return f"{GATEWAY_FOLDER}/{socket.name}"
