"""The folders that hold gateways' sockets: their paths tell nothing of the user, and dead ones are removed."""

import shutil
import socket
import tempfile
from pathlib import Path

PARENT = Path("/tmp")
PREFIX = "gw-"
SOCKET = "s"
_YOUNG_S = 60.0
"""A folder this young may belong to a gateway that does not listen yet."""


def make_socket_folder() -> Path:
    """Make a folder that only we can pass: who runs the sandbox lets its user in. Raises OSError."""
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=PARENT if PARENT.is_dir() else None))


def sweep_socket_folders(now_s: float, parent: Path = PARENT) -> int:
    """Remove the folders of gateways that died without closing, and return their number.

    Args:
        now_s: Unix seconds.
    """
    dead = [path for path in parent.glob(f"{PREFIX}*") if _is_dead(path / SOCKET, now_s)]
    for folder in dead:
        shutil.rmtree(folder, ignore_errors=True)
    return len(dead)


def _is_dead(path: Path, now_s: float) -> bool:
    try:
        if now_s - path.stat().st_mtime < _YOUNG_S:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False
