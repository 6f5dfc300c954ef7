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

    A request repeats the messages of the one before it: only those that are new are shown. Embeddings, and what the
    host asked the endpoint, are no conversation.
    """
    parts: list[str] = []
    seen: list[object] = []
    for line in _lines(transcript):
        if line.get("api") == "embeddings" or line.get("purpose") == "check":
            continue
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
    """Return the messages of a chat completion, or the items of a request of the responses API."""
    if not isinstance(request, dict):
        return []
    if isinstance(messages := request.get("messages"), list):
        return messages
    items, instructions = request.get("input"), request.get("instructions")
    said = [{"role": "user", "content": items}] if isinstance(items, str) else items
    head = [{"role": "system", "content": instructions}] if instructions else []
    return [*head, *said] if isinstance(said, list) else []


def _said(message: object) -> str:
    if not isinstance(message, dict):
        return str(message)
    name = message.get("role") or message.get("type", "unknown")
    return f"[{name}]\n{_item(message)}"


def _item(item: Mapping[str, object]) -> str:
    """Return what a message or an item says: its text, or what it calls."""
    said = next((item[name] for name in ("content", "output", "summary") if item.get(name)), None)
    if said is not None or "role" in item:
        return _text(said or "")
    return _text({name: value for name, value in item.items() if name in {"name", "arguments"}})


def _answer(response: object) -> str:
    """Return the text of an answer; its tool calls stand as JSON."""
    if not isinstance(response, dict):
        return _text(response)
    if isinstance(items := response.get("output"), list):
        return "\n".join(_item(item) for item in items if isinstance(item, dict))
    choices = response.get("choices")
    message = (
        choices[0].get("message") if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None
    )
    if not isinstance(message, dict):
        return _text(response)
    calls = message.get("tool_calls")
    return _text(message.get("content") or "") + (f"\n{_text(calls)}" if calls else "")


def _text(content: object) -> str:
    if isinstance(content, list) and content and all(isinstance(part, dict) and "text" in part for part in content):
        return "\n".join(str(part["text"]) for part in content)
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
