"""Tells an agent how much of its lease is left: headers with every answer, and a sentence at 80 and at 95 %.

The sentence goes to the model, at the end of the last text that is not the model's own: an added message would break
chat templates in which user and assistant must take turns. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dgm.models.apis import Api, ModelRequest
from dgm.models.replies import Json

SHARES = (0.80, 0.95)
"""Of the tokens or the seconds: what has to be used for a notice, each time once."""

_MOST_S = 1e9
"""What is said of a lease that time does not limit."""

TOKENS_HEADER = "x-dgm-tokens-left"
SECONDS_HEADER = "x-dgm-seconds-left"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a lease, and the share of it that is used: of tokens or seconds, whichever is more."""

    tokens: int
    seconds: float
    used_share: float

    @property
    def headers(self) -> Mapping[str, str]:
        """What stands with every answer."""
        return {TOKENS_HEADER: str(max(0, self.tokens)), SECONDS_HEADER: str(int(min(max(0.0, self.seconds), _MOST_S)))}

    @property
    def sentence(self) -> str:
        """What the model is told."""
        percent = int(100 * min(1.0, self.used_share))
        tokens, seconds = self.headers.values()
        used = f"{percent} % of the tokens or the time for this work are used"
        return f"[Budget notice: {used}; {tokens} tokens and {seconds} seconds are left.]"


class Notices:
    """Which notices were given on one lease. Used on one event loop."""

    def __init__(self) -> None:
        self._given = 0

    def due(self, left: Left) -> int:
        """Return the number of the notice that is due, the last one where several are; 0 where none is."""
        passed = sum(left.used_share >= share for share in SHARES)
        return passed if passed > self._given else 0

    def give(self, number: int) -> None:
        """Note that a notice was given, and with it all before it."""
        self._given = max(self._given, number)

    def take_back(self, number: int) -> None:
        """Note that a notice did not reach the model after all."""
        if self._given == number:
            self._given = number - 1


def with_notice(request: ModelRequest, sentence: str) -> ModelRequest | None:
    """Return a request with a sentence at the end of its last text; None where it has none that may be added to."""
    field, texts = {
        Api.CHAT: ("messages", ("content",)),
        Api.RESPONSES: ("input", ("content", "output")),
        Api.EMBEDDINGS: ("", ()),
    }[request.api]
    told = _told(request.payload.get(field), texts, f"\n\n{sentence}")
    if told is None:
        return None
    bound = request.input_bound + len(sentence.encode()) + 4  # the line feeds are escaped where bytes are counted
    return replace(request, payload={**request.payload, field: told}, input_bound=bound)


def _told(said: Any, texts: tuple[str, ...], addition: str) -> Any:
    """Add to a text, or to the last message or item of a list that somebody else than the model said."""
    if isinstance(said, str):
        return said + addition
    for place in reversed(range(len(said) if isinstance(said, list) else 0)):
        if (told := _item_told(said[place], texts, addition)) is not None:
            return [*said[:place], told, *said[place + 1 :]]
    return None


def _item_told(item: Json, texts: tuple[str, ...], addition: str) -> Json | None:
    field = next((name for name in texts if isinstance(item.get(name), str | list)), None)
    if field is None or item.get("role") == "assistant" or item.get("type") == "reasoning":
        return None
    content = item[field]
    if isinstance(content, str):
        return {**item, field: content + addition}
    if not content or "text" not in content[-1]:
        return None
    return {**item, field: [*content[:-1], {**content[-1], "text": content[-1]["text"] + addition}]}
