"""Reads a gateway's transcript: JSON lines, one call a line. Pure.

The gateway wrote it, but requests and answers in it are an agent's and a model's words: any shape is accepted.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise

from dgm.values import CallStatus


def overflowed_twice(transcript: bytes) -> bool:
    """Tell whether two calls in a row ended in a context overflow."""
    if transcript.count(CallStatus.CONTEXT_OVERFLOW.encode()) < 2:
        return False
    statuses = [line.get("status") for line in _lines(transcript)]
    return any(a == b == CallStatus.CONTEXT_OVERFLOW for a, b in pairwise(statuses))


def readable(transcript: bytes, limit: int) -> str:
    """Return the conversation as text of at most `limit` characters; the end is kept, it shows how the work ended.

    A request repeats the messages of the one before it: only those that are new are shown.
    """
    parts: list[str] = []
    seen: list[object] = []
    for line in _lines(transcript):
        messages = _messages(line.get("request"))
        new = messages[len(seen) :] if messages[: len(seen)] == seen else messages
        parts += [_said(message) for message in new]
        parts.append(f"[answer, {line.get('status', 'unknown')}]\n{_answer(line.get('response'))}")
        seen = messages
    return keep_end("\n\n".join(parts), limit)


def keep_end(text: str, limit: int) -> str:
    """Return at most `limit` characters, the last ones, and say so where something is left out."""
    mark = "[... the beginning is left out ...]\n"
    if len(text) <= limit:
        return text
    return mark + text[len(text) - limit + len(mark) :] if limit > len(mark) else ""


def keep_start(text: str, limit: int) -> str:
    """Return at most `limit` characters, the first ones, and say so where something is left out."""
    mark = "\n[... the rest is left out ...]"
    if len(text) <= limit:
        return text
    return text[: limit - len(mark)] + mark if limit > len(mark) else ""


def _lines(transcript: bytes) -> Iterator[Mapping[str, object]]:
    for raw in transcript.splitlines():
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict):
            yield line


def _messages(request: object) -> list[object]:
    messages = request.get("messages") if isinstance(request, dict) else None
    return messages if isinstance(messages, list) else []


def _said(message: object) -> str:
    if not isinstance(message, dict):
        return str(message)
    return f"[{message.get('role', 'unknown')}]\n{_text(message.get('content'))}"


def _answer(response: object) -> str:
    """Return the text of a chat completion; its tool calls stand as JSON."""
    choices = response.get("choices") if isinstance(response, dict) else None
    message = (
        choices[0].get("message") if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None
    )
    if not isinstance(message, dict):
        return _text(response)
    calls = message.get("tool_calls")
    return _text(message.get("content") or "") + (f"\n{_text(calls)}" if calls else "")


def _text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
