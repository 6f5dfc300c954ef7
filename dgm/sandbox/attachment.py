"""A container's standard streams as a wire: the engine mixes output and errors, each piece with a header."""

import socket
import struct
from typing import Any

from dgm.errors import SandboxUnavailable
from dgm.sandbox.wires import PipeWire

_HEAD = struct.Struct(">BxxxI")
_STDOUT, _STDERR = 1, 2
_MAX_COMPLAINT = 4096


class AttachWire:
    """The socket that the engine gives on attach. What the runner writes to its errors is kept, up to a few KB.

    Args:
        attached: what docker-py returns: a raw stream around a socket.

    Raises:
        SandboxUnavailable: the engine is reached in a way that has no plain socket.
    """

    def __init__(self, attached: Any) -> None:
        self._attached = attached
        self._socket = getattr(attached, "_sock", attached)
        if type(self._socket) is not socket.socket:
            attached.close()
            raise SandboxUnavailable("the engine is reached over TLS: use its Unix socket, or forward it over ssh")
        self._pipe = PipeWire(self._socket.fileno(), self._socket.fileno())
        self._raw = bytearray()
        self._stream, self._left = 0, 0
        self.complaints = bytearray()

    def send(self, data: bytes, until: float) -> None:
        """Write all of it before `until`."""
        self._pipe.send(data, until)

    def receive(self, until: float) -> bytes:
        """Return at least one byte of the runner's output before `until`."""
        while True:
            if piece := self._next():
                return piece
            self._raw += self._pipe.receive(until)

    def close(self) -> None:
        """Let go of the stream: the engine then closes the runner's input."""
        self._pipe.close()
        self._attached.close()
        self._socket.close()

    def _next(self) -> bytes:
        """Return what is there of the runner's output; nothing when more must be read."""
        output = bytearray()
        while self._raw:
            if self._left == 0:
                if len(self._raw) < _HEAD.size:
                    break
                self._stream, self._left = _HEAD.unpack_from(self._raw)
                del self._raw[: _HEAD.size]
            piece = self._raw[: self._left]
            del self._raw[: len(piece)]
            self._left -= len(piece)
            if self._stream == _STDOUT:
                output += piece
            elif self._stream == _STDERR and len(self.complaints) < _MAX_COMPLAINT:
                self.complaints += piece[:_MAX_COMPLAINT]
        return bytes(output)
