"""Which requests a gateway passes on, and in what form: an allow-list of fields, text only, own functions only.

Pure: from the caller's bytes to a request, or to the reason why not. What else a field may hold is the endpoint's
to judge; here stands what must never leave: provider-side tools, files, remote addresses, more than one answer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from dgm.models.replies import Json

MAX_BODY_BYTES = 1 << 20
MAX_MESSAGES = 4096
MAX_TOOLS = 128
MAX_DEPTH = 100
"""Lists and objects inside each other: what reads and writes them further on does so recursively."""
MAX_VALUES = 50_000
"""All values of a body together: each costs time wherever it passes, and text alone does not."""
TEMPLATE_TOKENS = 256
"""What a server's chat template may add to a request, beyond its bytes; once more where there are tools."""

_PASSED = frozenset(
    {
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
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
_SILENT = frozenset({"n", "stream", "user"})  # taken out without a word: the answer is the same without them
_MESSAGE = frozenset({"role", "content", "name", "tool_calls", "tool_call_id", "refusal", "reasoning_content"})
_FUNCTION = frozenset({"name", "description", "parameters", "strict"})


class RequestDenied(Exception):
    """A request that is not passed on. Its message is for the agent. Never leaves this package."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request as it is passed on, without its clamp on output.

    Args:
        payload: the JSON object, without `max_tokens` and `max_completion_tokens`.
        output_tokens: the most output it asks for.
        limit_field: which of the two fields the caller used.
        stripped: names of fields and tools that were taken out, for the transcript.
    """

    payload: Json
    output_tokens: int
    limit_field: str
    input_bound: int
    """Upper bound of its tokens: no tokenizer makes more than one token of a byte."""
    stripped: tuple[str, ...] = ()

    @property
    def asked(self) -> Json:
        """The payload with the output that the caller asked for, for the transcript."""
        return {**self.payload, self.limit_field: self.output_tokens}


def read_request(body: bytes, *, model: str, max_tokens: int, temperature: float | None = None) -> ChatRequest:
    """Check a chat completion's body against the policy.

    Args:
        model: the only one allowed; filled in where the body names none.
        max_tokens: the most output that one call may ask for, and what is asked for where the body does not say.
        temperature: forced where not None.

    Raises:
        RequestDenied: says what is wrong and what is allowed.
    """
    data = _parse(body)
    _check_model(data, model)
    stripped = sorted(name for name in data if name not in _PASSED | _SILENT)
    payload = {name: value for name, value in data.items() if name in _PASSED and value is not None}
    payload |= {"model": model, "messages": _messages(data.get("messages"))}
    if temperature is not None:
        payload["temperature"] = temperature
    stripped += _take_out_provider_tools(payload)
    _refuse_remote_schemas(payload)
    output, field = _output_limit(payload, max_tokens)
    margin = TEMPLATE_TOKENS * (2 if "tools" in payload else 1)
    return ChatRequest(payload, output, field, _size(payload) + margin, tuple(stripped))


def _parse(body: bytes) -> Json:
    if len(body) > MAX_BODY_BYTES:
        raise RequestDenied(f"the body is larger than {MAX_BODY_BYTES} bytes: send less context", status=413)
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RequestDenied("the body is not JSON") from None
    if not isinstance(data, dict):
        raise RequestDenied("the body is not a JSON object")
    _check_shape(data)
    if data.get("stream"):
        raise RequestDenied("`stream` is not supported by this gateway: leave it out", code="unsupported_value")
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_shape(data: Json) -> None:
    """Deny what is small in bytes and yet a burden, level by level; linear in the body."""
    level: list[Any] = [data]
    count = 0
    for _ in range(MAX_DEPTH):
        count += sum(map(len, level))
        if count > MAX_VALUES:
            raise RequestDenied(f"the body holds more than {MAX_VALUES} values: send fewer", status=413)
        nested = [here.values() if isinstance(here, dict) else here for here in level]
        level = [inner for values in nested for inner in values if isinstance(inner, dict | list)]
        if not level:
            return
    raise RequestDenied(f"the body nests deeper than {MAX_DEPTH} levels: make it flatter")


def _check_model(data: Json, model: str) -> None:
    asked = data.get("model", model)
    if asked != model:
        message = f"the model {str(asked)[:100]!r} is not available here: use {model!r} (it stands in DGM_MODEL)"
        raise RequestDenied(message, status=404, code="model_not_found")


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


def _take_out_provider_tools(payload: Json) -> list[str]:
    """Leave only functions that the caller runs itself; return the kinds of what was taken out."""
    tools = payload.get("tools")
    if tools is None:
        payload.pop("tool_choice", None)
        payload.pop("parallel_tool_calls", None)
        return []
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise RequestDenied("`tools` must be a list of objects")
    if len(tools) > MAX_TOOLS:
        raise RequestDenied(f"{len(tools)} tools are too many: offer at most {MAX_TOOLS}")
    own = [tool["function"] for tool in tools if _is_own(tool)]
    payload["tools"] = [{"type": "function", "function": _function(function)} for function in own]
    if not own:
        for name in ("tools", "tool_choice", "parallel_tool_calls"):
            payload.pop(name, None)
    return [f"tool {str(tool.get('type'))[:40]}" for tool in tools if not _is_own(tool)]


def _is_own(tool: Json) -> bool:
    return tool.get("type") == "function" and isinstance(tool.get("function"), dict)


def _function(function: Mapping[str, Any]) -> Json:
    return {name: value for name, value in function.items() if name in _FUNCTION}


def _refuse_remote_schemas(payload: Json) -> None:
    """A server that resolves `$ref` would fetch whatever an agent names."""
    pending: list[Any] = [payload.get("response_format"), payload.get("tools")]
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            reference = here.get("$ref", "#")
            if isinstance(reference, str) and not reference.startswith("#"):
                raise RequestDenied("a `$ref` in a schema must point into the same schema (`#/...`)")
            pending += here.values()
        elif isinstance(here, list):
            pending += here


def _output_limit(payload: Json, most: int) -> tuple[int, str]:
    """Take both limits out of the payload; return the smallest in force, and the field to send it in."""
    limits = {name: payload.pop(name) for name in ("max_completion_tokens", "max_tokens") if name in payload}
    for name, value in limits.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise RequestDenied(f"`{name}` must be a whole number of at least 1")
    return min([most, *limits.values()]), next(iter(limits), "max_tokens")


def _size(payload: Json) -> int:
    try:
        return len(json.dumps(payload, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError):
        raise RequestDenied("the body holds numbers or characters that cannot be sent on") from None
