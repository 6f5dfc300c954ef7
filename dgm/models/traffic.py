"""How much an agent asks of the endpoint: whether a limit that it meets is its own doing."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

WINDOW_S = 60.0
"""Endpoints limit requests and tokens by the minute."""
MOST_CALLS = 20
"""In a minute: more are a flood."""
MOST_AT_ONCE = 4
"""More calls that wait for their answers at the same time, within a minute, are a flood."""
MOST_SHARE = 0.5
"""Of a lease's tokens in a minute: more are a flood."""


class _Begun(NamedTuple):
    at_s: float
    used_share: float
    at_once: int


class Traffic:
    """The calls of one gateway's agent. Used on one event loop."""

    def __init__(self) -> None:
        self._last: deque[_Begun] = deque(maxlen=MOST_CALLS + 1)
        self._under_way = 0

    @contextmanager
    def call(self, now_s: float, used_share: float) -> Iterator[None]:
        """Note a call that begins, and ends with the context.

        Args:
            used_share: of the lease's tokens, before it.
        """
        self._under_way += 1
        self._last.append(_Begun(now_s, used_share, self._under_way))
        try:
            yield
        finally:
            self._under_way -= 1

    def is_flood(self, now_s: float, used_share: float) -> bool:
        """Tell whether this is more than an agent asks that waits for its answers and reads them."""
        recent = [begun for begun in self._last if now_s - begun.at_s <= WINDOW_S]
        if not recent:
            return False
        is_much = used_share - recent[0].used_share > MOST_SHARE
        return is_much or len(recent) > MOST_CALLS or max(begun.at_once for begun in recent) > MOST_AT_ONCE
