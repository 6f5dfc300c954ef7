"""What was said so far, and how it is made shorter when the model cannot take it all."""

from collections.abc import Sequence
from typing import Any

from basic.clip import clip

Message = dict[str, Any]

OLD_RESULT = 300
"""Characters that are kept of a result that had to make room."""
RECENT_TURNS = 3


class Conversation:
    """A head that always stays (what the agent is, the task), then turns: an answer and the results of its actions."""

    def __init__(self, head: Sequence[Message]) -> None:
        self.head = list(head)
        self._turns: list[list[Message]] = []

    def add(self, turn: Sequence[Message]) -> None:
        """Add a turn, whose messages are kept or dropped together: a result must follow its call."""
        self._turns.append(list(turn))

    def messages(self) -> list[Message]:
        """Give all messages in order, as the model gets them."""
        return [*self.head, *(message for turn in self._turns for message in turn)]

    def size(self) -> int:
        """Count the characters of all messages, those of tool calls included."""
        return sum(_size(message) for message in self.messages())

    def has_tool_calls(self) -> bool:
        """Whether the model has called tools, which must go on then."""
        return any("tool_calls" in message for message in self.messages())

    def shrink(self, limit: int) -> None:
        """Make it at most `limit` characters, as far as the head and the last turn allow.

        Old results are shortened first, oldest first, then whole turns dropped, then the newest results shortened.
        """
        for turn in self._turns[:-RECENT_TURNS]:
            if self.size() > limit:
                _shorten_results(turn, OLD_RESULT)
        while self.size() > limit and len(self._turns) > 1:
            del self._turns[0]
        if self.size() > limit and self._turns:
            room = limit - sum(map(_size, self.head))
            _shorten_results(self._turns[0], max(room // len(self._turns[0]), OLD_RESULT))


def _shorten_results(turn: list[Message], limit: int) -> None:
    for number, message in enumerate(turn):
        if message["role"] != "assistant":
            turn[number] = {**message, "content": clip(message["content"], limit)}


def _size(message: Message) -> int:
    return len(message.get("content") or "") + len(str(message.get("tool_calls") or ""))
