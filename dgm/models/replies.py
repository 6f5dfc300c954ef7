"""What a gateway answers: bodies shaped like OpenAI's, so that any client understands them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

NO_RETRY = {"x-should-retry": "false"}
"""Tells OpenAI's clients not to try again: the gateway has retried already, or it cannot help."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a caller."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer's text; empty for errors and for pure tool calls."""
        message = first_choice(self.body).get("message")
        content = message.get("content") if isinstance(message, dict) else None
        return content if isinstance(content, str) else ""

    @property
    def reason(self) -> str:
        """An error's message, or an empty string."""
        error = self.body.get("error")
        return str(error.get("message", "")) if isinstance(error, dict) else ""


def first_choice(body: Mapping[str, Any]) -> Json:
    """Return the first choice of a completion; empty where there is none or it has another shape."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else {}


def error_reply(status: int, message: str, *, kind: str = "invalid_request_error", code: str | None = None) -> Reply:
    """Build an error as OpenAI's API gives it."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return Reply(status, body, NO_RETRY)


def lease_used_up(what: str) -> Reply:
    """Build the answer to a call that the lease cannot pay."""
    message = f"lease used up: {what}. Finish with what you have: no further call can be made."
    return error_reply(429, message, kind="insufficient_quota", code="insufficient_quota")


def models_reply(model: str) -> Reply:
    """Build the list of models: the one that this gateway allows."""
    entry = {"id": model, "object": "model", "created": 0, "owned_by": "gateway"}
    return Reply(200, {"object": "list", "data": [entry]})
