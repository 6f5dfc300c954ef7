"""Which requests of the responses API a gateway passes on, and in what form.

That API can keep a conversation at the provider, fetch files and addresses, and run tools there. None of it passes:
every request says its whole conversation itself, in text, with the caller's own functions only, and nothing is stored.
"""

from collections.abc import Mapping
from typing import Any

from dgm.models.apis import Api, ModelRequest
from dgm.models.own_tools import keep_own_tools, refuse_remote_schemas
from dgm.models.replies import Json
from dgm.models.request_body import RequestDenied, passed_fields, read_stream, take_limit, token_bound

MAX_ITEMS = 4096
LEAST_OUTPUT = 16
"""OpenAI's own API refuses a smaller limit on output: with less than this left, the lease is used up."""

_PASSED = frozenset(
    {
        "model",
        "input",
        "instructions",
        "max_output_tokens",
        "temperature",
        "top_p",
        "top_logprobs",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning",
        "text",
        "include",
        "truncation",
    }
)
_ELSEWHERE = {
    "previous_response_id": "send the whole conversation as `input`: no answer is kept at the provider",
    "conversation": "send the whole conversation as `input`: none is kept at the provider",
    "prompt": "write the prompt into `input`: templates at the provider are not used",
    "background": "wait for the answer: nothing runs on at the provider",
}
"""Fields that change what is asked by something that lies at the provider, and what to do instead."""

_INSIDE = {"reasoning": ("effort", "summary", "generate_summary"), "text": ("format", "verbosity")}
"""Of two fields that are objects, the fields that are passed."""
_INCLUDED = frozenset({"reasoning.encrypted_content", "message.output_text.logprobs"})

_ITEMS: Mapping[str, tuple[str, ...]] = {
    "message": ("id", "role", "status", "phase"),
    "function_call": ("id", "call_id", "name", "arguments", "status"),
    "function_call_output": ("id", "call_id", "status"),
    "reasoning": ("id", "encrypted_content", "status"),
}
"""Kinds of items in `input`, and their fields that are passed if they are plain."""
_TEXTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "message": ("content", ("input_text", "output_text", "refusal", "text")),
    "function_call_output": ("output", ("input_text", "output_text", "text")),
}
"""Kinds of items whose text is a string or a list of parts: its field, and the kinds of parts."""
_REASONING = {"summary": "summary_text", "content": "reasoning_text"}


def read_responses(data: Json, *, model: str, max_tokens: int, temperature: float | None) -> ModelRequest:
    """Check a request of the responses API against the policy. Raises RequestDenied."""
    for name, advice in _ELSEWHERE.items():
        if data.get(name):
            raise RequestDenied(f"`{name}` is not allowed: {advice}", code="unsupported_value")
    payload, stripped = passed_fields({n: value for n, value in data.items() if n not in _ELSEWHERE}, _PASSED)
    items, lost = _input(data.get("input"))
    payload |= {"model": model, "input": items, "store": False}
    if temperature is not None:
        payload["temperature"] = temperature
    stripped += [*_keep_inside(payload), *_keep_included(payload), *lost, *keep_own_tools(payload, nested=False)]
    if not isinstance(payload.get("instructions", ""), str):
        raise RequestDenied("`instructions` must be text")
    refuse_remote_schemas(payload.get("text"), payload.get("tools"))
    output, field = take_limit(payload, ("max_output_tokens",), max_tokens)
    bound, least = token_bound(payload), min(output, LEAST_OUTPUT)
    return ModelRequest(Api.RESPONSES, payload, bound, output, field, least, tuple(stripped), read_stream(data))


def _keep_inside(payload: Json) -> list[str]:
    stripped = []
    for name, passed in _INSIDE.items():
        value = payload.get(name, {})
        if not isinstance(value, dict):
            raise RequestDenied(f"`{name}` must be an object")
        kept = {inner: value[inner] for inner in passed if inner in value}
        stripped += [f"{name}.{inner}"[:60] for inner in value if inner not in kept]
        payload.pop(name, None)
        if kept:
            payload[name] = kept
    return stripped


def _keep_included(payload: Json) -> list[str]:
    include = payload.pop("include", [])
    if not isinstance(include, list):
        raise RequestDenied("`include` must be a list")
    kept = [name for name in include if isinstance(name, str) and name in _INCLUDED]
    if kept:
        payload["include"] = kept
    return [f"include {str(name)[:40]}" for name in include if name not in kept]


def _input(value: Any) -> tuple[str | list[Json], list[str]]:
    """Return the input as it is passed on, and what of it was left out."""
    if isinstance(value, str):
        return value, []
    if not isinstance(value, list) or not value:
        raise RequestDenied("`input` must be text or a list of at least one item")
    if len(value) > MAX_ITEMS:
        raise RequestDenied(f"{len(value)} items are too many: send at most {MAX_ITEMS}")
    items = [_item(item) for item in value]
    kept = [item for item in items if not _says_nothing(item)]
    if not kept:
        raise RequestDenied("`input` holds nothing but reasoning without its content")
    return kept, ["reasoning without its content"] * (len(items) - len(kept))


def _item(item: Any) -> Json:
    if not isinstance(item, dict):
        raise RequestDenied("every item of `input` must be an object")
    kind = item.get("type", "message" if "role" in item else None)
    if not isinstance(kind, str) or kind not in _ITEMS:
        allowed = ", ".join(_ITEMS)
        raise RequestDenied(f"input item {str(kind)[:40]!r} is not allowed: only {allowed}, nothing of the provider's")
    passed: Json = {"type": kind}
    passed |= {name: item[name] for name in _ITEMS[kind] if isinstance(item.get(name), str)}
    if kind in _TEXTS:
        field, parts = _TEXTS[kind]
        passed[field] = _text(item.get(field), parts)
    if kind == "message" and "role" not in passed:
        raise RequestDenied("every message must have a `role`")
    if kind == "reasoning":
        passed |= {name: _parts(item[name], (part,)) for name, part in _REASONING.items() if item.get(name)}
        passed.setdefault("summary", [])
    return passed


def _says_nothing(item: Json) -> bool:
    """Tell whether it is reasoning of which only the provider, which keeps nothing, would have the content."""
    return item["type"] == "reasoning" and "encrypted_content" not in item and "content" not in item


def _text(value: Any, kinds: tuple[str, ...]) -> str | list[Json]:
    return value if isinstance(value, str) else _parts(value, kinds)


def _parts(value: Any, kinds: tuple[str, ...]) -> list[Json]:
    if not isinstance(value, list):
        raise RequestDenied("the content of an input item must be text or a list of text parts")
    return [_part(part, kinds) for part in value]


def _part(part: Any, kinds: tuple[str, ...]) -> Json:
    kind = part.get("type") if isinstance(part, dict) else None
    field = "refusal" if kind == "refusal" else "text"
    if not isinstance(kind, str) or kind not in kinds or not isinstance(part.get(field), str):
        raise RequestDenied(f"content part {str(kind)[:40]!r} is not allowed: only text, no images, audio or files")
    annotations: Json = {"annotations": []} if kind == "output_text" else {}
    return {"type": kind, field: part[field], **annotations}
