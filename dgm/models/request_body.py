"""What holds for the body of every request, whatever it asks: its size and shape, its model, its limits.

Pure: from the caller's bytes to values, or to the reason why not.
"""

import json
from typing import Any, NoReturn

from dgm.models.apis import Stream
from dgm.models.replies import Json

MAX_BODY_BYTES = 1 << 20
MAX_DEPTH = 100
"""Lists and objects inside each other: what reads and writes them further on does so recursively."""
MAX_VALUES = 50_000
"""All values of a body together: each costs time wherever it passes, and text alone does not."""
TEMPLATE_TOKENS = 256
"""What a server's chat template may add to a request, beyond its bytes; once more where there are tools."""
SILENT = frozenset({"n", "stream", "stream_options", "user"})
"""Taken out without a word: the answer is the same without them."""


class RequestDenied(Exception):
    """A request that is not passed on. Its message is for the agent. Never leaves this package."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def parse_body(body: bytes) -> Json:
    """Return the JSON object that a body holds. Raises RequestDenied."""
    if len(body) > MAX_BODY_BYTES:
        raise RequestDenied(f"the body is larger than {MAX_BODY_BYTES} bytes: send less context", status=413)
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RequestDenied("the body is not JSON") from None
    if not isinstance(data, dict):
        raise RequestDenied("the body is not a JSON object")
    _check_shape(data)
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


def check_model(data: Json, model: str) -> None:
    """Deny any model but the one that is allowed. Raises RequestDenied."""
    asked = data.get("model", model)
    if asked != model:
        message = f"the model {str(asked)[:100]!r} is not available here: use {model!r} (it stands in DGM_MODEL)"
        raise RequestDenied(message, status=404, code="model_not_found")


def passed_fields(data: Json, passed: frozenset[str]) -> tuple[Json, list[str]]:
    """Return the fields that are passed on, without those that are null, and the names of those taken out."""
    payload = {name: value for name, value in data.items() if name in passed and value is not None}
    stripped = sorted(name for name in data if name not in passed | SILENT and data[name] is not None)
    return payload, stripped


def take_limit(payload: Json, names: tuple[str, ...], most: int) -> tuple[int, str]:
    """Take the limits on output out of a payload; return the smallest in force, and the field to send it in.

    Args:
        names: of the fields; the first one that is there is the caller's name, else the last one.

    Raises:
        RequestDenied: one is not a count.
    """
    limits = {name: payload.pop(name) for name in names if name in payload}
    for name, value in limits.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise RequestDenied(f"`{name}` must be a whole number of at least 1")
    return min([most, *limits.values()]), next(iter(limits), names[-1])


def read_stream(data: Json) -> Stream | None:
    """Return how a caller wants its answer told; None for whole. Raises RequestDenied."""
    stream = data.get("stream")
    if stream is None or stream is False:
        return None
    options = data.get("stream_options") or {}
    if stream is not True or not isinstance(options, dict):
        raise RequestDenied("`stream` must be true or false, and `stream_options` an object")
    return Stream(include_usage=options.get("include_usage") is True)


def token_bound(payload: Json) -> int:
    """Return the most tokens that a payload can be as input. Raises RequestDenied."""
    try:
        size = len(json.dumps(payload, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError):
        raise RequestDenied("the body holds numbers or characters that cannot be sent on") from None
    return size + TEMPLATE_TOKENS * (2 if "tools" in payload else 1)
