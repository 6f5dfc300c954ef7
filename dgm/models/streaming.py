"""A stream of Server-Sent Events over one call: comments while it is waited for, then its finished answer, or an error.

The endpoint itself is not asked to stream: retries, leases, transcript and replay stay one way for every caller, and
no caller ever sees the half of an answer that failed.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping

from starlette.types import Receive, Scope, Send

from dgm.models.apis import Api, Stream
from dgm.models.chat_events import chat_chunks
from dgm.models.replies import Json, Reply
from dgm.models.responses_events import response_events

_COMMENT = b": waiting for the model\n\n"
_BLOCK = 1 << 16


class EventStream:
    """An answer as a stream, sent while the call runs; when the caller goes away, the call is cancelled.

    Args:
        call: ends in the answer.
        gone: ends when the caller goes away.
        keep_alive_s: seconds without a byte, after which a comment is sent: clients give up on what is silent.
    """

    def __init__(
        self,
        api: Api,
        stream: Stream,
        call: "asyncio.Task[Reply]",
        gone: "asyncio.Task[None]",
        headers: Mapping[str, str],
        *,
        keep_alive_s: float,
    ) -> None:
        self._api = api
        self._stream = stream
        self._call = call
        self._gone = gone
        self._keep_alive_s = keep_alive_s
        named = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", **headers}
        self._headers = [(name.encode(), value.encode()) for name, value in named.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - `gone` receives
        """Send it."""
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self._headers})
            while not await ended(self._call, self._gone, within_s=self._keep_alive_s):
                await send(_body(_COMMENT))
            if self._call.done() and not self._call.cancelled():
                for block in _blocks(events(self._api, self._stream, self._call.result())):
                    await send(_body(block))
            await send(_body(b"", more=False))
        finally:
            await cancel(self._call, self._gone)


async def ended(*tasks: "asyncio.Task[Reply] | asyncio.Task[None]", within_s: float) -> bool:
    """Wait until one of the tasks ends; tell whether one did."""
    done, _ = await asyncio.wait(tasks, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


async def cancel(*tasks: "asyncio.Task[Reply] | asyncio.Task[None]") -> None:
    """End tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def events(api: Api, stream: Stream, reply: Reply) -> Iterator[bytes]:
    """Yield an answer, or an error after the head of a stream was sent, as Server-Sent Events."""
    if reply.status != 200:
        yield _event(_told_error(api, reply), "error")
    elif api is Api.RESPONSES:
        yield from (_event(event, event["type"]) for event in response_events(reply.body))
    else:
        yield from (_event(chunk) for chunk in chat_chunks(reply.body, stream))
        yield b"data: [DONE]\n\n"


def _told_error(api: Api, reply: Reply) -> Json:
    """Return an error as clients know it: under `error`, and in the responses API as an event of its own."""
    if api is not Api.RESPONSES:
        return reply.body
    error = reply.body["error"]
    inside = {name: error[name] for name in ("code", "message", "param")}
    return {"type": "error", "sequence_number": 0, **inside, "error": error}


def _event(data: Json, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _blocks(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what the parts hold in fewer, larger blocks."""
    block = bytearray()
    for part in parts:
        block += part
        if len(block) >= _BLOCK:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _body(data: bytes, *, more: bool = True) -> Json:
    return {"type": "http.response.body", "body": data, "more_body": more}
