"""The wire between the host and the runner: a kind (one byte), a length (four bytes, big endian), a payload.

Host to runner: ORDER for every setting, MOUNT, FILE and DATA for every writable mount, then GO.
Runner to host: HELLO, a DIGEST for every mount that is measured, STARTED, ENDED, STDOUT and STDERR, then MOUNT, FILE,
DATA and REFUSED, then DONE.
`dgm/sandbox/frames.py` is the host's half; neither imports the other, because they run on different machines' Pythons.
"""

import os
import struct

HELLO, STARTED, ENDED, STDOUT, STDERR, DONE = b"H", b"S", b"E", b"1", b"2", b"Z"
ORDER, GO, FAILED, DIGEST = b"O", b"G", b"X", b"I"
MOUNT, FILE, DATA, REFUSED = b"M", b"F", b"D", b"R"
CHUNK = 1 << 18
_HEAD = struct.Struct(">cI")
_FILE = struct.Struct(">BQ")
_HELLO = struct.Struct(">I")
_ENDED = struct.Struct(">?idd")


class Closed(Exception):
    """The other end is gone: the dead man's switch."""


class Channel:
    """Frames over two descriptors, blocking. What is sent leaves with the next `flush`, or when a chunk is full."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._waiting = bytearray()
        self._got = bytearray()

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send one frame. Raises Closed."""
        self._waiting += _HEAD.pack(kind, len(payload)) + payload
        if len(self._waiting) >= CHUNK:
            self.flush()

    def send_all(self, kind: bytes, data: bytes) -> None:
        """Send data of any length as frames of one kind. Raises Closed."""
        for start in range(0, len(data), CHUNK):
            self.send(kind, data[start : start + CHUNK])

    def flush(self) -> None:
        """Write what was sent. Raises Closed."""
        left = memoryview(bytes(self._waiting))
        self._waiting.clear()
        try:
            while left:
                left = left[os.write(self._writing, left) :]
        except OSError as error:
            raise Closed from error

    def receive(self) -> tuple[bytes, bytes]:
        """Read one frame. Raises Closed."""
        kind, length = _HEAD.unpack(self._exactly(_HEAD.size))
        return kind, self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        while len(self._got) < length:
            piece = os.read(self._reading, CHUNK)
            if not piece:
                raise Closed
            self._got += piece
        taken = bytes(self._got[:length])
        del self._got[:length]
        return taken


def pack_hello(protocol: int) -> bytes:
    """Return the payload of a HELLO frame."""
    return _HELLO.pack(protocol)


def pack_ended(code: int | None, cpu_s: float, memory_mib: float) -> bytes:
    """Return the payload of an ENDED frame; no code: the deadline came first."""
    return _ENDED.pack(code is not None, code or 0, cpu_s, memory_mib)


def pack_file(path: bytes, executable: bool, size: int) -> bytes:
    """Return the payload of a FILE frame; its DATA frames follow."""
    return _FILE.pack(executable, size) + path


def unpack_file(payload: bytes) -> tuple[bytes, bool, int]:
    """Return path, whether it is executable, and its size in bytes."""
    executable, size = _FILE.unpack_from(payload)
    return payload[_FILE.size :], bool(executable), size
