"""Which requests for embeddings a gateway passes on: of the run's own model, which few servers embed with."""

from typing import Any

from dgm.models.apis import Api, ModelRequest
from dgm.models.replies import Json
from dgm.models.request_body import RequestDenied, passed_fields, token_bound

MAX_INPUTS = 2048
_PASSED = frozenset({"model", "input", "dimensions", "encoding_format"})


def read_embeddings(data: Json, *, model: str) -> ModelRequest:
    """Check a request for embeddings against the policy. Raises RequestDenied."""
    payload, stripped = passed_fields(data, _PASSED)
    _check_input(data.get("input"))
    payload["model"] = model
    return ModelRequest(Api.EMBEDDINGS, payload, token_bound(payload), stripped=tuple(stripped))


def _check_input(value: Any) -> None:
    """Deny what is not a text, a list of tokens, or a list of either."""
    inputs = value if isinstance(value, list) and not _are_tokens(value) else [value]
    if not inputs or not all(isinstance(each, str) or _are_tokens(each) for each in inputs):
        raise RequestDenied("`input` must be text, a list of tokens, or a list of these")
    if len(inputs) > MAX_INPUTS:
        raise RequestDenied(f"{len(inputs)} inputs are too many: send at most {MAX_INPUTS}")


def _are_tokens(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(type(token) is int for token in value)
