"""The HTTP side of the scripted server, with the faults that a real endpoint shows."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from dgm.models.scripted.bodies import answer_body, error_body
from dgm.models.scripted.script import MODEL, Request, Script, ScriptedFault, ScriptedReply, in_order


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that reached the server; names of headers in lower case."""

    path: str
    body: Request
    headers: Mapping[str, str]


@dataclass
class ScriptedServer:
    """A server on a free port of loopback, from `with` to its end. Thread-safe.

    Args:
        script: what it answers; a function is called under a lock.
        models: names that it lists.
        lists: whether it lists them at all.
        lacking: ends of paths that it does not have, such as `responses`, and what it answers there.
        key: the only key it accepts; any where None.
    """

    script: Script | Sequence[ScriptedReply | str]
    models: tuple[str, ...] = (MODEL,)
    lists: bool = True
    lacking: Mapping[str, ScriptedReply] = field(default_factory=dict)
    key: str | None = None
    port: int = 0
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()  # protects `seen` and calls of the script
        self._closing = threading.Event()
        self._answers = self.script if callable(self.script) else in_order(self.script)

    def __enter__(self) -> Self:
        self._http = _Listener(self, self.port)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """The address to give as OPENAI_BASE_URL."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def reply_to(self, seen: Seen) -> ScriptedReply:
        """Record a request and ask the script."""
        with self._lock:
            self.seen.append(seen)
            lacking = [reply for end, reply in self.lacking.items() if seen.path.endswith(f"/{end}")]
            reply = lacking[0] if lacking else self._answers(seen.body)
        return reply if isinstance(reply, ScriptedReply) else ScriptedReply(reply)

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        """Whether the server is about to end."""
        return self._closing.is_set()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, server: ScriptedServer, port: int) -> None:
        self.scripted = server
        self._lock = threading.Lock()  # protects `_connections`
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End connections that are kept open: a server that is gone answers nobody."""
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away, as tests' clients do; a script that failed is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two would wait 40 ms for an acknowledgement
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        if not self._authorized():
            return
        if not self._scripted.lists:
            self._send(404, json.dumps(error_body(ScriptedReply("no such path"))).encode())
            return
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "script"} for name in self._scripted.models]
        self._send(200, json.dumps({"object": "list", "data": data}).encode())

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._authorized():
            return
        request = json.loads(raw)
        reply = self._scripted.reply_to(
            Seen(self.path, request, {name.lower(): value for name, value in self.headers.items()})
        )
        self._scripted.pause(reply.delay_s)
        said = answer_body(self.path, request, reply) if reply.status < 400 else error_body(reply)
        body = json.dumps(said).encode()
        self._go_wrong(reply, body) if reply.fault else self._send(reply.status, body, reply.retry_after)

    @property
    def _scripted(self) -> ScriptedServer:
        return self.server.scripted

    def _authorized(self) -> bool:
        key = self._scripted.key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        wrong = self.headers.get("Authorization")
        self._send(401, json.dumps(error_body(ScriptedReply(f"Incorrect API key provided: {wrong}"))).encode())
        return False

    def _send(self, status: int, body: bytes, retry_after: str | None = None, *, announced: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def _go_wrong(self, reply: ScriptedReply, body: bytes) -> None:
        self.close_connection = reply.fault is not ScriptedFault.INVALID_JSON  # which is an answer, and whole
        match reply.fault:
            case ScriptedFault.RESET:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            case ScriptedFault.HANG:
                self._scripted.pause(3600)
            case ScriptedFault.INVALID_JSON:
                self._send(200, b'{"choices": [')
            case ScriptedFault.CUT_STREAM:
                self._send(200, body[: len(body) // 2], announced=len(body))
            case ScriptedFault.WRONG_LENGTH:
                self._send(200, body, announced=len(body) // 2)
            case ScriptedFault.HUGE:
                self._send(200, b"{", announced=1 << 40)
                while not self._scripted.closing:
                    self.wfile.write(b" " * (1 << 20))
            case ScriptedFault.DRIP:
                self._send(200, b"{", announced=1_000_000)
                while not self._scripted.closing:
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    self._scripted.pause(0.05)
            case None:
                pass
