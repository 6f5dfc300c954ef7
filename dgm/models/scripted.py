"""A server that speaks the OpenAI API and answers from a script: for tests and scripted runs, and nothing else.

In Python, a script is a list of replies, given one after the other (the last one for ever), or a function from the
request's JSON object to a reply. As a program it reads a JSON file and prints its address:

    python -m dgm.models.scripted SCRIPT.json --port 0

    {"model": "scripted",
     "rules": [{"match": "fix the bug", "replies": [{"text": "first answer"}, {"text": "every later one"}]},
               {"match": "", "text": "what is said where nothing else matched"}]}

The first rule whose `match` stands in the text of any message (with `"in": "last"`: of the last one) answers. A reply
is an object with the fields of `ScriptedReply`, all optional; a rule holds one reply, or several as `replies`.
"""

import argparse
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dgm.errors import ConfigError

MODEL = "scripted"


class ScriptedFault(StrEnum):
    """What goes wrong with a reply, beyond its status."""

    RESET = "reset"  # the connection is reset before anything is sent
    HANG = "hang"  # nothing is sent until the server closes
    INVALID_JSON = "invalid json"
    CUT_STREAM = "cut stream"  # fewer bytes are sent than were announced
    DRIP = "drip"  # a byte now and then, never all of them


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """One answer of the script.

    Args:
        text: the completion; an empty one is what it says.
        status: HTTP status; from 400 on, the answer is an error with `text` as its message.
        finish_reason: `length` for an answer that was cut off; `tool_calls` where there are some.
        tool_calls: as in the API.
        usage: (input, output) tokens; None: left out; counted from the characters where not given.
        error_code: the error's `code`.
        retry_after: value of that header.
        delay_s: seconds before anything is sent.
    """

    text: str = ""
    status: int = 200
    finish_reason: str = "stop"
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    usage: tuple[int, int] | str | None = "count"
    error_code: str | None = None
    retry_after: str | None = None
    delay_s: float = 0.0
    fault: ScriptedFault | None = None


Request = dict[str, Any]
Script = Callable[[Request], ScriptedReply | str]


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
        key: the only key it accepts; any where None.
    """

    script: Script | Sequence[ScriptedReply | str]
    models: tuple[str, ...] = (MODEL,)
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
            reply = self._answers(seen.body)
        return reply if isinstance(reply, ScriptedReply) else ScriptedReply(reply)

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        """Whether the server is about to end."""
        return self._closing.is_set()


def in_order(replies: Sequence[ScriptedReply | str]) -> Script:
    """Make a script that gives the replies one after the other, the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def read_script(text: str) -> tuple[Script, str]:
    """Read a script file: its function, and the model's name. Raises ConfigError."""
    try:
        data = json.loads(text)
        rules = [_Rule.of(rule) for rule in data["rules"]]
        model = str(data.get("model", MODEL))
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"the script is not as `dgm.models.scripted` describes it: {error!r}") from error
    return lambda request: _first(rules, request), model


@dataclass
class _Rule:
    match: str
    last_only: bool
    answers: Script

    @classmethod
    def of(cls, rule: dict[str, Any]) -> Self:
        rule = dict(rule)
        match, where = str(rule.pop("match", "")), rule.pop("in", "any")
        return cls(match, where == "last", in_order([_reply(entry) for entry in rule.pop("replies", [rule])]))

    def fits(self, texts: Sequence[str]) -> bool:
        return any(self.match in text for text in (texts[-1:] if self.last_only else texts))


def _reply(entry: Mapping[str, Any]) -> ScriptedReply:
    fields = dict(entry)
    if isinstance(fields.get("usage"), list):
        fields["usage"] = tuple(fields["usage"])
    if "fault" in fields:
        fields["fault"] = ScriptedFault(fields["fault"])
    return ScriptedReply(**{**fields, "tool_calls": tuple(fields.get("tool_calls", ()))})


def _first(rules: Sequence[_Rule], request: Request) -> ScriptedReply | str:
    texts = [str(message.get("content")) for message in request.get("messages", [])] or [""]
    for rule in rules:
        if rule.fits(texts):
            return rule.answers(request)
    return ScriptedReply("the script has no rule for this request", status=400)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, server: ScriptedServer, port: int) -> None:
        self.scripted = server
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is what tests do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        if not self._authorized():
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
        body = json.dumps(_completion(request, reply) if reply.status < 400 else _error(reply)).encode()
        self._go_wrong(reply, body) if reply.fault else self._send(reply.status, body, reply.retry_after)

    @property
    def _scripted(self) -> ScriptedServer:
        return self.server.scripted

    def _authorized(self) -> bool:
        key = self._scripted.key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        wrong = self.headers.get("Authorization")
        self._send(401, json.dumps(_error(ScriptedReply(f"Incorrect API key provided: {wrong}"))).encode())
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
        self.close_connection = True
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
            case ScriptedFault.DRIP:
                self._send(200, b"{", announced=1_000_000)
                while not self._scripted.closing:
                    self.wfile.write(b" ")
                    self._scripted.pause(0.05)
            case None:
                pass


def _completion(request: Request, reply: ScriptedReply) -> Request:
    message: Request = {"role": "assistant", "content": reply.text}
    if reply.tool_calls:
        message["tool_calls"] = list(reply.tool_calls)
    finish = "tool_calls" if reply.tool_calls and reply.finish_reason == "stop" else reply.finish_reason
    body = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": request.get("model", MODEL),
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
    }
    if (usage := _usage(request, reply)) is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return body


def _usage(request: Request, reply: ScriptedReply) -> tuple[int, int] | None:
    if isinstance(reply.usage, str):
        return 1 + len(json.dumps(request.get("messages"))) // 4, len(reply.text) // 4 + 1
    return reply.usage


def _error(reply: ScriptedReply) -> Request:
    return {"error": {"message": reply.text, "type": "scripted", "param": None, "code": reply.error_code}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a script file until the program is stopped or its standard input closes."""
    parser = argparse.ArgumentParser(prog="python -m dgm.models.scripted")
    parser.add_argument("script", type=Path)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args(arguments)
    script, model = read_script(options.script.read_text(encoding="utf-8"))
    with ScriptedServer(script, models=(model,), port=options.port) as server:
        sys.stdout.write(server.base_url + "\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
