"""The wire between the host and the runner: a kind (one byte), a length (four bytes, big endian), a payload.

Host to runner: ORDER, then MOUNT, FILE and DATA for every writable mount, then GO.
Runner to host: HELLO, STARTED, ENDED, STDOUT and STDERR, then MOUNT, FILE, DATA and REFUSED, then DONE.
`dgm/sandbox/frames.py` is the host's half; neither imports the other, because they run on different machines' Pythons.
"""

import json
import os
import struct

HELLO, STARTED, ENDED, STDOUT, STDERR, DONE = b"H", b"S", b"E", b"1", b"2", b"Z"
ORDER, GO, FAILED = b"O", b"G", b"X"
MOUNT, FILE, DATA, REFUSED = b"M", b"F", b"D", b"R"
CHUNK = 1 << 18
_HEAD = struct.Struct(">cI")
_FILE = struct.Struct(">BQ")


class Closed(Exception):
    """The other end is gone: the dead man's switch."""


class Channel:
    """Frames over two descriptors, blocking."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Write one frame. Raises Closed."""
        left = memoryview(_HEAD.pack(kind, len(payload)) + payload)
        try:
            while left:
                left = left[os.write(self._writing, left) :]
        except OSError as error:
            raise Closed from error

    def send_json(self, kind: bytes, value: object) -> None:
        """Write one frame that holds JSON. Raises Closed."""
        self.send(kind, json.dumps(value).encode())

    def send_all(self, kind: bytes, data: bytes) -> None:
        """Write data of any length as frames of one kind. Raises Closed."""
        for start in range(0, len(data), CHUNK):
            self.send(kind, data[start : start + CHUNK])

    def receive(self) -> tuple[bytes, bytes]:
        """Read one frame. Raises Closed."""
        kind, length = _HEAD.unpack(self._exactly(_HEAD.size))
        return kind, self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        got = bytearray()
        while len(got) < length:
            piece = os.read(self._reading, length - len(got))
            if not piece:
                raise Closed
            got += piece
        return bytes(got)


def pack_file(path: bytes, executable: bool, size: int) -> bytes:
    """Return the payload of a FILE frame; its DATA frames follow."""
    return _FILE.pack(executable, size) + path


def unpack_file(payload: bytes) -> tuple[bytes, bool, int]:
    """Return path, whether it is executable, and its size in bytes."""
    executable, size = _FILE.unpack_from(payload)
    return payload[_FILE.size :], bool(executable), size
