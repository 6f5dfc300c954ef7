"""Asks the model, and sorts what can go wrong: try again, ask with less, ask without tools, or stop."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import openai

from basic.actions import TOOLS, Action
from basic.conversation import Message
from basic.settings import Settings

MAX_OUTPUT_TOKENS = 4096
WAITS_S = (1.0, 3.0, 9.0)
"""Seconds before each further try of a request."""
_MAY_PASS = {408, 409, 429}


class Stop(Exception):
    """Nothing more can be asked. The work is handed in as it stands."""


class ContextTooLong(Exception):
    """The model cannot take so many messages."""


class ToolsRefused(Exception):
    """The server or the model has no tool calls."""


@dataclass(frozen=True, slots=True)
class Answer:
    message: Message  # as it goes into the conversation
    actions: tuple[Action, ...]  # from tool calls


class Model:
    """One model behind an OpenAI client. Counts the tokens that are left."""

    def __init__(self, client: openai.OpenAI, settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
        self.tokens_left = settings.tokens
        self._client = client
        self._settings = settings
        self._sleep = sleep

    def ask(self, messages: Sequence[Message], *, with_tools: bool) -> Answer:
        """Complete a conversation. Raises Stop, ContextTooLong, and with tools also ToolsRefused."""
        request: dict[str, Any] = {"messages": messages}
        if with_tools:
            request["tools"] = [tool.schema() for tool in TOOLS]
        return self._try(request, WAITS_S)

    def _try(self, request: dict[str, Any], waits_s: Sequence[float]) -> Answer:
        try:
            return self._answer(self._complete(request))
        except openai.APIError as error:
            _raise_what_it_means(error, "tools" in request)
            if not waits_s or self._settings.seconds_left() < waits_s[0]:
                raise Stop(f"the model does not answer: {error}") from error
        self._sleep(waits_s[0])
        return self._try(request, waits_s[1:])

    def _complete(self, request: dict[str, Any]) -> Any:
        seconds = self._settings.seconds_left()
        if seconds <= 0 or self.tokens_left <= 0:
            raise Stop("the time is over" if seconds <= 0 else "the tokens are used up")
        return self._client.with_options(timeout=seconds, max_retries=0).chat.completions.create(
            model=self._settings.model,
            temperature=0,
            max_tokens=min(MAX_OUTPUT_TOKENS, self.tokens_left),
            **request,
        )

    def _answer(self, completion: Any) -> Answer:
        self.tokens_left -= completion.usage.total_tokens if completion.usage else 0
        said = completion.choices[0].message if completion.choices else None
        message: Message = {"role": "assistant", "content": (said and said.content) or ""}
        calls = (said and said.tool_calls) or []
        if calls:
            message["tool_calls"] = [call.model_dump(include={"id", "type", "function"}) for call in calls]
        return Answer(message, tuple(_action(call) for call in calls))


def _action(call: Any) -> Action:
    try:
        arguments = json.loads(call.function.arguments or "{}")
    except ValueError:
        arguments = None
    return Action(call.function.name, arguments if isinstance(arguments, dict) else {"?": "no JSON object"}, call.id)


def _raise_what_it_means(error: openai.APIError, with_tools: bool) -> None:
    """Return for an error that may pass; raise for any other what it asks the agent to do."""
    text, status = str(error).lower(), getattr(error, "status_code", 500)
    if status == 413 or (status < 500 and "context" in text):
        raise ContextTooLong from error
    if with_tools and "tool" in text:
        raise ToolsRefused from error
    if error.code == "insufficient_quota" or (status < 500 and status not in _MAY_PASS):
        raise Stop(str(error)) from error
