"""The wire to the runner: a kind (one byte), a length (four bytes, big endian), a payload.

Host to runner: ORDER for every setting, MOUNT, FILE and DATA for every writable mount, then GO.
Runner to host: HELLO, a DIGEST for every mount that is measured, STARTED, ENDED, STDOUT and STDERR, then MOUNT, FILE,
DATA and REFUSED, then DONE.
`sandbox/runner/frames.py` is the other half. What comes in is read as if the runner had been taken over: every frame
has a largest length, and the reader holds one frame at a time.
"""

import struct
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from dgm.sandbox.wires import Wire
from dgm.values import Mount

MAX_FRAME = 1 << 20
_CHUNK = 1 << 18
_HEAD = struct.Struct(">cI")
_FILE = struct.Struct(">BQ")
_HELLO = struct.Struct(">I")
_ENDED = struct.Struct(">?idd")
_DIGEST_CHARS = 64


class Kind(Enum):
    """What a frame is."""

    HELLO = b"H"
    ORDER = b"O"
    GO = b"G"
    FAILED = b"X"
    DIGEST = b"I"
    STARTED = b"S"
    ENDED = b"E"
    STDOUT = b"1"
    STDERR = b"2"
    MOUNT = b"M"
    FILE = b"F"
    DATA = b"D"
    REFUSED = b"R"
    DONE = b"Z"


class BrokenStream(Exception):
    """What came is not what the runner sends: it was taken over, or died in the middle of a frame."""


class Frame(NamedTuple):
    """One frame."""

    kind: Kind
    payload: bytes


class FileHead(NamedTuple):
    """What a FILE frame announces; its DATA frames follow."""

    path: bytes
    executable: bool
    size: int


class Report(NamedTuple):
    """What an ENDED frame says; no exit code: the deadline came first."""

    exit_code: int | None
    cpu_s: float
    memory_mib: float


class Frames:
    """Reads frames from a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._buffer = bytearray()

    def next(self, until: float) -> Frame:
        """Return the next frame before `until`. Raises BrokenStream, WireClosed, WireTimeout."""
        kind, length = _HEAD.unpack(self._take(_HEAD.size, until))
        if length > MAX_FRAME:
            raise BrokenStream(f"a frame of {length} bytes")
        try:
            return Frame(Kind(kind), self._take(length, until))
        except ValueError as error:
            raise BrokenStream(f"an unknown frame {kind!r}") from error

    def _take(self, length: int, until: float) -> bytes:
        while len(self._buffer) < length:
            self._buffer += self._wire.receive(until)
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken


def file_head(payload: bytes) -> FileHead:
    """Read the payload of a FILE frame. Raises BrokenStream."""
    if len(payload) <= _FILE.size:
        raise BrokenStream("a file without a name")
    executable, size = _FILE.unpack_from(payload)
    return FileHead(payload[_FILE.size :], bool(executable), size)


def protocol(payload: bytes) -> int:
    """Read the payload of a HELLO frame. Raises BrokenStream."""
    if len(payload) != _HELLO.size:
        raise BrokenStream("a greeting of another length")
    number: int = _HELLO.unpack(payload)[0]
    return number


def digest(payload: bytes, mount: str) -> str:
    """Read the payload of the DIGEST frame of a mount. Raises BrokenStream."""
    told, path = payload[:_DIGEST_CHARS], payload[_DIGEST_CHARS:]
    if path != mount.encode() or len(told) != _DIGEST_CHARS or not told.isalnum():
        raise BrokenStream("a digest of something else")
    return told.decode("ascii", "replace")


def report(payload: bytes) -> Report:
    """Read the payload of an ENDED frame. Raises BrokenStream."""
    if len(payload) != _ENDED.size:
        raise BrokenStream("a report of another length")
    exited, code, cpu_s, memory_mib = _ENDED.unpack(payload)
    return Report(code if exited else None, cpu_s, memory_mib)


def encode(order: Sequence[tuple[str, str]], mounts: Sequence[Mount]) -> Iterator[bytes]:
    """Yield what the host says, from the order's settings to GO, in pieces of bounded size."""
    gathered = bytearray()
    for name, value in order:
        gathered += _frame(Kind.ORDER, f"{name}\0{value}".encode("utf-8", "surrogateescape"))
    for piece in _fill(mounts):
        gathered += piece
        if len(gathered) >= _CHUNK:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered) + _frame(Kind.GO)


def _fill(mounts: Sequence[Mount]) -> Iterator[bytes]:
    for mount in mounts:
        yield _frame(Kind.MOUNT, mount.path.encode())
        for path in mount.tree:
            entry = mount.tree[path]
            yield _frame(Kind.FILE, _FILE.pack(entry.executable, len(entry.data)) + path.encode())
            for start in range(0, len(entry.data), _CHUNK):
                yield _frame(Kind.DATA, entry.data[start : start + _CHUNK])


def _frame(kind: Kind, payload: bytes = b"") -> bytes:
    return _HEAD.pack(kind.value, len(payload)) + payload
