"""Which chat completions a gateway passes on, and in what form: text only, own functions only, one answer."""

from typing import Any

from dgm.models.apis import Api, ModelRequest
from dgm.models.own_tools import keep_own_tools, refuse_remote_schemas
from dgm.models.replies import Json
from dgm.models.request_body import RequestDenied, passed_fields, read_stream, take_limit, token_bound

MAX_MESSAGES = 4096
_LIMITS = ("max_completion_tokens", "max_tokens")
_PASSED = frozenset(
    {
        *_LIMITS,
        "model",
        "messages",
        "temperature",
        "top_p",
        "stop",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "response_format",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning_effort",
    }
)
_MESSAGE = frozenset({"role", "content", "name", "tool_calls", "tool_call_id", "refusal", "reasoning_content"})


def read_chat(data: Json, *, model: str, max_tokens: int, temperature: float | None) -> ModelRequest:
    """Check a chat completion against the policy. Raises RequestDenied."""
    payload, stripped = passed_fields(data, _PASSED)
    payload |= {"model": model, "messages": _messages(data.get("messages"))}
    if temperature is not None:
        payload["temperature"] = temperature
    stripped += keep_own_tools(payload, nested=True)
    refuse_remote_schemas(payload.get("response_format"), payload.get("tools"))
    output, field = take_limit(payload, _LIMITS, max_tokens)
    bound = token_bound(payload)
    return ModelRequest(Api.CHAT, payload, bound, output, field, 1, tuple(stripped), read_stream(data))


def _messages(messages: Any) -> list[Json]:
    if not isinstance(messages, list) or not messages:
        raise RequestDenied("`messages` must be a list of at least one message")
    if len(messages) > MAX_MESSAGES:
        raise RequestDenied(f"{len(messages)} messages are too many: send at most {MAX_MESSAGES}")
    return [_message(message) for message in messages]


def _message(message: Any) -> Json:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise RequestDenied("every message must be an object with a `role`")
    content = message.get("content")
    if isinstance(content, list):
        for part in content:
            _check_part(part)
    elif content is not None and not isinstance(content, str):
        raise RequestDenied("`content` must be text or a list of text parts")
    return {name: value for name, value in message.items() if name in _MESSAGE}


def _check_part(part: Any) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    field = {"text": "text", "refusal": "refusal"}.get(kind) if isinstance(kind, str) else None
    if field is None or set(part) != {"type", field} or not isinstance(part[field], str):
        raise RequestDenied(f"content part {str(kind)[:40]!r} is not allowed: only text, no images, audio or files")
