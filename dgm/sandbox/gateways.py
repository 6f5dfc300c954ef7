"""How a gateway's socket gets into a sandbox: its folder is mounted, read-only, and nothing else of the host's."""

import os
from pathlib import Path

from dgm.errors import SandboxError

GATEWAY_FOLDER = "/run/gateway"


def let_in(socket: Path) -> None:
    """Allow the sandbox's user to pass the socket's folder and to connect.

    Raises:
        SandboxError: there is no such socket, or it is not ours.
    """
    try:
        if socket.parent.stat().st_uid == os.geteuid():
            socket.parent.chmod(0o711)
        if socket.stat().st_uid == os.geteuid():
            socket.chmod(0o666)
    except OSError as error:
        raise SandboxError(f"the gateway's socket {str(socket)!r} cannot be mounted: {error}") from error
