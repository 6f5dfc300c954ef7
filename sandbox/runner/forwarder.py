"""The way to the model: connections to 127.0.0.1 inside are copied to the gateway's Unix socket.

Single-threaded, so that a command that uses up every process slot cannot stop it. Bytes are only copied; what may be
asked is the gateway's decision, outside.
"""

import socket
import struct

from events import READ, WRITE, Events

MAX_CONNECTIONS = 64
_BUFFER = 1 << 16
_PATIENCE = struct.pack("ll", 1, 0)
"""Seconds to wait for a gateway that has many connections to accept: a socket that does not block would give up."""


class _Pipe:
    """One direction of a connection, with at most one buffer under way."""

    def __init__(self, source: socket.socket, target: socket.socket) -> None:
        self.source, self.target = source, target
        self.waiting = b""
        self.ended = False

    def pull(self) -> None:
        if self.waiting or self.ended:
            return
        try:
            self.waiting = self.source.recv(_BUFFER)
        except BlockingIOError:
            return
        if not self.waiting:
            self.ended = True
            self.target.shutdown(socket.SHUT_WR)

    def push(self) -> None:
        try:
            self.waiting = self.waiting[self.target.send(self.waiting) :]
        except BlockingIOError:
            return


class _Connection:
    """Both directions between a client inside and the gateway."""

    def __init__(self, inside: socket.socket, outside: socket.socket) -> None:
        self.sockets = (inside, outside)
        self.pipes = (_Pipe(inside, outside), _Pipe(outside, inside))

    def move(self) -> None:
        """Copy what can be copied without waiting. Raises OSError when either side is gone."""
        for pipe in self.pipes:
            pipe.pull()
            if pipe.waiting:
                pipe.push()

    @property
    def done(self) -> bool:
        return all(pipe.ended and not pipe.waiting for pipe in self.pipes)

    def interest(self, end: socket.socket) -> int:
        """Return the events that would let `end` go on; 0 when it can only wait for the other one."""
        reads = any(p.source is end and not p.waiting and not p.ended for p in self.pipes)
        writes = any(p.target is end and p.waiting for p in self.pipes)
        return READ * reads | WRITE * writes


class Forwarder:
    """Listens inside and copies to the gateway, as calls of the runner's events."""

    def __init__(self, events: Events, port: int, gateway: str) -> None:
        self._events = events
        self._gateway = gateway
        self._open = 0
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(MAX_CONNECTIONS)
        self._listener.setblocking(False)
        events.watch(self._listener.fileno(), READ, self._accept)

    def _accept(self) -> None:
        try:
            inside, _ = self._listener.accept()
        except OSError:
            return
        outside = socket.socket(socket.AF_UNIX)
        try:
            if self._open >= MAX_CONNECTIONS:
                raise ConnectionRefusedError
            outside.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _PATIENCE)
            outside.connect(self._gateway)
        except OSError:
            inside.close()
            outside.close()
            return
        self._open += 1
        connection = _Connection(inside, outside)
        for end in connection.sockets:
            end.setblocking(False)
        self._watch(connection)

    def _move(self, connection: _Connection) -> None:
        try:
            connection.move()
        except OSError:
            self._close(connection)
            return
        if connection.done:
            self._close(connection)
        else:
            self._watch(connection)

    def _watch(self, connection: _Connection) -> None:
        for end in connection.sockets:
            self._events.forget(end.fileno())
            if interest := connection.interest(end):
                self._events.watch(end.fileno(), interest, lambda: self._move(connection))

    def _close(self, connection: _Connection) -> None:
        self._open -= 1
        for end in connection.sockets:
            self._events.forget(end.fileno())
            end.close()
