"""What a finished answer says, whichever API gave it: its tokens, its text, how it ended. Pure.

An endpoint may leave out or garble anything: what is not as OpenAI's API gives it counts as not said.
"""

from collections.abc import Iterator
from typing import Any, cast

from dgm.models.apis import Api
from dgm.models.ledger import Usage
from dgm.models.replies import Json, first_choice
from dgm.values import CallStatus

BODY = {Api.CHAT: "choices", Api.RESPONSES: "output", Api.EMBEDDINGS: "data"}
"""The list that every answer of an API holds."""

_TOKENS = {
    Api.CHAT: ("prompt_tokens", "completion_tokens"),
    Api.RESPONSES: ("input_tokens", "output_tokens"),
    Api.EMBEDDINGS: ("prompt_tokens", None),
}


def usage_of(api: Api, body: Json) -> Usage | None:
    """Return the tokens that an endpoint reported, or None where it did not, or said nonsense."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    name_in, name_out = _TOKENS[api]
    used_in, used_out = usage.get(name_in), usage.get(name_out) if name_out else 0
    if not _is_count(used_in) or not _is_count(used_out) or used_in == 0:
        return None
    return Usage(cast(int, used_in), cast(int, used_out))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def status_of(api: Api, body: Json) -> CallStatus:
    """Return how an answer ended: whole, cut off, or with nothing in it."""
    if _is_cut_off(api, body):
        return CallStatus.CUT_OFF
    is_empty = api is not Api.EMBEDDINGS and not any(_is_said(part) for part in _said(api, body))
    return CallStatus.EMPTY if is_empty else CallStatus.OK


def _is_cut_off(api: Api, body: Json) -> bool:
    if api is Api.CHAT:
        return first_choice(body).get("finish_reason") == "length"
    details = body.get("incomplete_details")
    return isinstance(details, dict) and details.get("reason") == "max_output_tokens"


def _is_said(part: Any) -> bool:
    return bool(part.strip() if isinstance(part, str) else part)


def _said(api: Api, body: Json) -> Iterator[Any]:
    """Yield what an answer holds that its caller can act on."""
    if api is Api.CHAT:
        message = first_choice(body).get("message")
        if isinstance(message, dict):
            yield from (message.get(name) for name in ("content", "tool_calls", "refusal"))
        return
    for item in objects(body.get("output")):
        if item.get("type") == "message":
            yield from (part.get("text") or part.get("refusal") for part in objects(item.get("content")))
        elif item.get("type") != "reasoning":
            yield item


def objects(value: Any) -> list[Json]:
    """Return the objects of a list; none of what is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
