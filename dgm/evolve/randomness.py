"""Random streams: one for each decision, so that a resumed run goes on exactly where it stopped.

The state that stands with a decision is the state before its draws. However many numbers it drew, the next decision's
stream is that state jumped once, further ahead than a run can draw, so the last decision alone tells how to go on.
"""

import hashlib
import json
from typing import Any, cast

import numpy as np

_JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Draws: 2**128 by the golden ratio, as `PCG64.jumped` takes it."""


class Streams:
    """A sequence of generators. Not thread-safe."""

    def __init__(self, seed: int) -> None:
        self._now = np.random.PCG64(seed)
        self._drawing = np.random.Generator(np.random.PCG64(seed))

    @property
    def state(self) -> str:
        """State that `generator` starts from, as JSON."""
        return json.dumps(self._now.state)

    def generator(self) -> np.random.Generator:
        """Return the generator for the decision that is to be made, at its start; of use until the next call."""
        self._drawing.bit_generator.state = self._now.state
        return self._drawing

    def advance(self) -> None:
        """Go on to the next decision's stream: the last decision has been stored."""
        self._now.advance(_JUMP)

    def resume_after(self, state: str) -> None:
        """Go on after the decision that had this state."""
        self._now = _at(state)
        self.advance()


def generator_at(state: str) -> np.random.Generator:
    """Return the generator that a decision had, to draw it again."""
    return np.random.Generator(_at(state))


def _at(state: str) -> np.random.PCG64:
    bits = np.random.PCG64()
    bits.state = cast("Any", json.loads(state))
    return bits


def seed_of(*parts: int | str) -> int:
    """Return a 32-bit seed for one piece of work: the same for the same parts, whatever else runs."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4])
