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
"""Seconds between the tries of one request."""


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

    @property
    def text(self) -> str:
        """What the model wrote beside its tool calls."""
        return self.message["content"]


class Model:
    """One model behind an OpenAI client. Keeps count of the tokens."""

    def __init__(self, client: openai.OpenAI, settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._settings = settings
        self._sleep = sleep
        self._tokens_left = settings.tokens

    def ask(self, messages: Sequence[Message], *, with_tools: bool) -> Answer:
        """Complete a conversation. Raises Stop, ContextTooLong, and with tools also ToolsRefused."""
        request: dict[str, Any] = {"tools": [tool.schema() for tool in TOOLS]} if with_tools else {}
        for wait_s in (*WAITS_S, None):
            try:
                return self._answer(self._complete(messages, request))
            except openai.APIError as error:
                _raise_what_it_means(error, with_tools)
                if wait_s is None or self._settings.seconds_left() < wait_s:
                    raise Stop(f"the model does not answer: {error}") from error
                self._sleep(wait_s)
        raise AssertionError

    def _complete(self, messages: Sequence[Message], request: dict[str, Any]) -> Any:
        seconds = self._settings.seconds_left()
        if seconds <= 0 or self._tokens_left <= 0:
            raise Stop("the time is over" if seconds <= 0 else "the tokens are used up")
        return self._client.with_options(timeout=seconds, max_retries=0).chat.completions.create(
            model=self._settings.model,
            messages=messages,
            temperature=0,
            max_tokens=min(MAX_OUTPUT_TOKENS, self._tokens_left),
            **request,
        )

    def _answer(self, completion: Any) -> Answer:
        if completion.usage:
            self._tokens_left -= completion.usage.total_tokens
        said = completion.choices[0].message
        message: Message = {"role": "assistant", "content": said.content or ""}
        if said.tool_calls:
            message["tool_calls"] = [call.model_dump(include={"id", "type", "function"}) for call in said.tool_calls]
        return Answer(message, tuple(_action(call) for call in said.tool_calls or ()))


def _action(call: Any) -> Action:
    try:
        arguments = json.loads(call.function.arguments or "{}")
    except ValueError:
        arguments = None
    return Action(call.function.name, arguments if isinstance(arguments, dict) else {"?": "no JSON object"}, call.id)


def _raise_what_it_means(error: openai.APIError, with_tools: bool) -> None:
    """Return for an error that may pass; raise for any other what it asks the agent to do."""
    text, status = str(error).lower(), getattr(error, "status_code", None)
    if "context" in text or status == 413:
        raise ContextTooLong from error
    if with_tools and "tool" in text:
        raise ToolsRefused from error
    used_up = getattr(error, "code", None) == "insufficient_quota"
    if used_up or (status is not None and status < 500 and status not in {408, 409, 429}):
        raise Stop(str(error)) from error
