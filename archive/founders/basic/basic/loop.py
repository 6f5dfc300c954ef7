"""The loop: ask, act, show what came of it, until the model is done or something runs out."""

from collections.abc import Callable, Sequence

from basic import json_form, prompt, text_form
from basic.actions import Action
from basic.conversation import Conversation, Message
from basic.model import Answer, ContextTooLong, Model, ToolsRefused
from basic.tools import Toolbox

MAX_TURNS = 40
MAX_IDLE_TURNS = 2
"""Answers in a row without an action, after which the agent takes the model to be done."""
CONTEXT_CHARACTERS = 120_000
MAX_SHRINKS = 6
RESERVED_TOKENS = 4_000
"""What a request takes beside its messages' text: tools, names, and the answer."""


class Loop:
    """Works on one task. `record` gets every message once, as soon as it exists."""

    def __init__(self, model: Model, tools: Toolbox, instruction: str, record: Callable[[Message], None]) -> None:
        self._model = model
        self._tools = tools
        self._instruction = instruction
        self._record = record
        self._by_text = False
        self._limit = CONTEXT_CHARACTERS
        self._talk = Conversation(prompt.head(instruction, by_text=False))

    def run(self) -> None:
        """Take turns until the work is done. Raises Stop where no further question can be asked."""
        for message in self._talk.head:
            self._record(message)
        idle = 0
        for _ in range(MAX_TURNS):
            actions = self._turn()
            idle = 0 if actions else idle + 1
            if idle == MAX_IDLE_TURNS or any(action.tool == "done" for action in actions):
                return

    def _turn(self) -> Sequence[Action]:
        answer = self._ask()
        self._record(answer.message)
        text = answer.message["content"]
        actions = answer.actions or text_form.read(text) or json_form.read(text)
        if not answer.actions and not self._talk.has_tool_calls():
            self._speak_text()
        results = self._results(actions)
        for message in results:
            self._record(message)
        self._talk.add([answer.message, *results])
        return actions

    def _results(self, actions: Sequence[Action]) -> list[Message]:
        """Run the actions: a message for each tool call, or one for all that were written as text."""
        texts = [self._tools.run(action) for action in actions]
        if any(action.call_id for action in actions):
            calls = zip(actions, texts, strict=True)
            return [{"role": "tool", "tool_call_id": action.call_id, "content": text} for action, text in calls]
        parts = [f"Result of {action.tool}:\n{text}\n" for action, text in zip(actions, texts, strict=True)]
        return [{"role": "user", "content": "\n".join(parts) or prompt.REMINDER}]

    def _ask(self) -> Answer:
        """Ask, without tools where there are none, and with fewer words where there were too many.

        A gateway holds back a token for each byte of a request, so that the last tokens only pay for a short one.
        """
        self._talk.shrink(min(self._limit, self._model.tokens_left - RESERVED_TOKENS))
        for _ in range(MAX_SHRINKS):
            try:
                return self._model.ask(self._talk.messages(), with_tools=not self._by_text)
            except ToolsRefused:
                self._speak_text()
            except ContextTooLong:
                self._limit = min(self._limit, self._talk.size()) * 2 // 3
                self._talk.shrink(self._limit)
        return self._model.ask(self._talk.messages(), with_tools=not self._by_text)

    def _speak_text(self) -> None:
        """Go over to actions written as text."""
        if not self._by_text:
            self._by_text = True
            self._talk.head = prompt.head(self._instruction, by_text=True)
