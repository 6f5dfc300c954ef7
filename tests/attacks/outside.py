"""What the host holds while it is attacked: a key in an environment and in arguments, files, sockets, a port."""

import ctypes
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

MARKER = f"marker-{secrets.token_hex(12)}"
_NAMES = ("key", "auth_token", "dgm.db")
_CREATE, _REMOVE = 0o1600, 0


@contextmanager
def planted() -> Iterator[Mapping[str, str]]:
    """Plant secrets and open doors; yields what tells an attack where they are, which is more than it would know."""
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("OPENAI_API_KEY", MARKER)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="dgm-outside-")))
        folder.chmod(0o755)
        for name in _NAMES:
            (folder / name).write_text(MARKER)
        told = stack.enter_context(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", MARKER]))
        stack.callback(told.kill)
        address, abstract, port = str(folder / "engine.sock"), f"dgm-{secrets.token_hex(8)}", _listen(stack)
        for name in (address, "\0" + abstract):
            door = stack.enter_context(socket.socket(socket.AF_UNIX))
            door.bind(name)
            door.listen(8)
        yield {
            "BACKWARDS": MARKER[::-1],
            "OUTSIDE_PORT": str(port),
            "OUTSIDE_ADDRESSES": " ".join(_addresses()),
            "OUTSIDE_ABSTRACT": abstract,
            "OUTSIDE_SOCKET": address,
            "OUTSIDE_FILES": " ".join(str(folder / name) for name in _NAMES),
            "OUTSIDE_HOME": str(Path.home()),
            "OUTSIDE_CHECKOUT": str(Path(__file__).parents[2]),
            "OUTSIDE_SHARED": str(_shared_memory(stack)),
        }


def _listen(stack: ExitStack) -> int:
    door = stack.enter_context(socket.create_server(("0.0.0.0", 0), backlog=64))
    return int(door.getsockname()[1])


def _addresses() -> list[str]:
    """Return this host's addresses, and the one at which Docker's bridge reaches it."""
    own = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    return sorted({*own, "127.0.0.1", "172.17.0.1"})


def _shared_memory(stack: ExitStack) -> int:
    """Make a System V segment; returns its key."""
    libc = ctypes.CDLL(None, use_errno=True)
    key = secrets.randbelow(2**30) + 1
    segment = libc.shmget(key, 4096, _CREATE)
    if segment == -1:
        raise OSError(ctypes.get_errno(), "shmget failed")
    stack.callback(libc.shmctl, segment, _REMOVE, None)
    return key


def new_survivor() -> str:
    """Return seconds that no other `sleep` on this host sleeps."""
    return f"3{secrets.randbelow(10**12):012d}"


def survivors(seconds: str) -> list[int]:
    """Return the host's processes that sleep that long."""
    wanted = f"sleep\0{seconds}\0".encode()
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if _read(path) == wanted]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
