"""Tells a finished chat completion as the chunks of a stream. Pure."""

from collections.abc import Iterator
from typing import Any

from dgm.models.answers import objects
from dgm.models.apis import Stream
from dgm.models.replies import Json, first_choice

PIECE = 512
"""Characters of text in one event."""


def chat_chunks(body: Json, stream: Stream) -> Iterator[Json]:
    """Yield the chunks of one completion: its role, its text, its tool calls, how it ended, and its tokens if asked."""
    head = {
        "id": _text(body.get("id"), "chatcmpl-gateway"),
        "object": "chat.completion.chunk",
        "created": body.get("created") or 0,
        "model": _text(body.get("model"), ""),
        "system_fingerprint": body.get("system_fingerprint"),
        **({"usage": None} if stream.include_usage else {}),
    }
    choice = first_choice(body)
    for delta in _deltas(choice) if choice else ():
        yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": None, "logprobs": None, **delta}]}
    if stream.include_usage:
        yield {**head, "choices": [], "usage": body.get("usage")}


def _deltas(choice: Json) -> Iterator[Json]:
    """Yield what each chunk says of the choice."""
    found = choice.get("message")
    message: Json = found if isinstance(found, dict) else {}
    told = {"role", "content", "refusal", "tool_calls"}
    others = {name: value for name, value in message.items() if name not in told and value is not None}
    content = "" if isinstance(message.get("content"), str) else None
    yield {"delta": {"role": "assistant", "content": content, **others}, "logprobs": choice.get("logprobs")}
    for name in ("content", "refusal"):
        yield from ({"delta": {name: piece}} for piece in pieces(message.get(name)))
    for index, call in enumerate(objects(message.get("tool_calls"))):
        yield from ({"delta": {"tool_calls": [{**part, "index": index}]}} for part in _call_parts(call))
    yield {"finish_reason": choice.get("finish_reason") or "stop"}


def _call_parts(call: Json) -> Iterator[Json]:
    """Yield a tool call: first what it calls, then its arguments."""
    function = call.get("function")
    if not isinstance(function, dict):
        yield call
        return
    yield {**call, "function": {**function, "arguments": ""}}
    yield from ({"function": {"arguments": piece}} for piece in pieces(function.get("arguments")))


def pieces(text: Any) -> Iterator[str]:
    """Yield a text in pieces; nothing of what is none."""
    for start in range(0, len(text) if isinstance(text, str) else 0, PIECE):
        yield text[start : start + PIECE]


def _text(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) and value else otherwise
