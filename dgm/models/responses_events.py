"""Tells a finished answer of the responses API as the events of a stream. Pure."""

from collections.abc import Iterator, Mapping

from dgm.models.answers import objects
from dgm.models.chat_events import pieces
from dgm.models.replies import Json

_BEFORE: Json = {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
_ENDS = ("completed", "incomplete", "failed")


def response_events(body: Json) -> Iterator[Json]:
    """Yield the events of one response, numbered: it begins, its items one after the other, it ends."""
    for number, event in enumerate(_events(_whole(body))):
        yield {"sequence_number": number, **event}


def _whole(body: Json) -> Json:
    """Return an answer whose status and ids are there: clients put events together by them."""
    items = [
        {**item, "id": item.get("id") or f"item_{index}"} for index, item in enumerate(objects(body.get("output")))
    ]
    status = body.get("status")
    return {
        "object": "response",
        "created_at": 0,
        **body,
        "id": body.get("id") or "resp_gateway",
        "status": status if status in _ENDS else "completed",
        "output": items,
    }


def _events(body: Json) -> Iterator[Json]:
    begun = {**body, **_BEFORE}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(body["output"]):
        yield {"type": "response.output_item.added", "output_index": index, "item": _empty(item)}
        for event in _inside(item):
            yield {"item_id": item["id"], "output_index": index, **event}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": f"response.{body['status']}", "response": body}


def _empty(item: Json) -> Json:
    """Return an item as it is before anything of it was told."""
    match item.get("type"):
        case "message":
            return {**item, "status": "in_progress", "content": []}
        case "function_call":
            return {**item, "status": "in_progress", "arguments": ""}
        case "reasoning":
            return {**item, "summary": [], **({"content": []} if "content" in item else {})}
        case _:
            return item


def _inside(item: Json) -> Iterator[Json]:
    """Yield the events of what an item holds."""
    match item.get("type"):
        case "message":
            for index, part in enumerate(objects(item.get("content"))):
                yield from _part(index, part)
        case "function_call":
            arguments = item.get("arguments")
            name = "response.function_call_arguments"
            yield from ({"type": f"{name}.delta", "delta": piece} for piece in pieces(arguments))
            yield {"type": f"{name}.done", "arguments": arguments, "name": item.get("name")}
        case "reasoning":
            for index, part in enumerate(objects(item.get("summary"))):
                yield from _summary(index, part)
            for index, part in enumerate(objects(item.get("content"))):
                yield from _part(index, part)


_PARTS: Mapping[str, tuple[str, str, Json]] = {
    "output_text": ("response.output_text", "text", {"annotations": [], "logprobs": []}),
    "refusal": ("response.refusal", "refusal", {}),
    "reasoning_text": ("response.reasoning_text", "text", {}),
}
"""Kinds of parts: what their events are called, the field of their text, and what else is empty at first."""


def _part(index: int, part: Json) -> Iterator[Json]:
    name, field, nothing = _PARTS.get(str(part.get("type")), ("", "", {}))
    here = {"content_index": index}
    yield {"type": "response.content_part.added", **here, "part": {**part, **nothing, field: ""} if name else part}
    if name:
        none, logprobs = ({"logprobs": value} if nothing else {} for value in ([], part.get("logprobs") or []))
        yield from ({"type": f"{name}.delta", **here, **none, "delta": piece} for piece in pieces(part.get(field)))
        yield {"type": f"{name}.done", **here, **logprobs, field: part.get(field)}
    yield {"type": "response.content_part.done", **here, "part": part}


def _summary(index: int, part: Json) -> Iterator[Json]:
    here = {"summary_index": index}
    name, text = "response.reasoning_summary", part.get("text")
    yield {"type": f"{name}_part.added", **here, "part": {**part, "text": ""}}
    yield from ({"type": f"{name}_text.delta", **here, "delta": piece} for piece in pieces(text))
    yield {"type": f"{name}_text.done", **here, "text": text}
    yield {"type": f"{name}_part.done", **here, "part": part}
