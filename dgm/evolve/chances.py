"""A weighted draw, and the chances that everybody had in it, as they stand with the decision."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

STORED = 1000
"""Most chances that stand with a decision: the largest, and that of the agent that was drawn."""


class Chances(Mapping[int, float]):
    """Agent number to its chance. What stands with the decision is picked out only when somebody reads it.

    Args:
        agents: numbers, ascending; shape (candidates,).
        weights: what the chances are in proportion to; shape (candidates,).
        drawn: which of the candidates was drawn.
    """

    def __init__(self, agents: NDArray[np.int64], weights: NDArray[np.float64], drawn: int) -> None:
        self._agents, self._weights, self._drawn = agents, weights, drawn

    @cached_property
    def _stored(self) -> dict[int, float]:
        kept = np.arange(len(self._agents))
        if len(kept) > STORED:
            largest = np.argpartition(self._weights, -STORED)[-STORED:]
            kept = np.unique(np.append(largest, self._drawn))
        chances = self._weights[kept] / self._weights.sum()
        return dict(zip(self._agents[kept].tolist(), chances.tolist(), strict=True))

    def __getitem__(self, agent: int) -> float:
        return self._stored[agent]

    def __iter__(self) -> Iterator[int]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


def draw(agents: NDArray[np.int64], weights: NDArray[np.float64], rng: Generator) -> tuple[int, Chances]:
    """Draw an agent with a chance in proportion to its weight, by one uniform number: `Generator.choice`, but faster.

    Args:
        weights: of each agent; at least 0, and not all 0.
    """
    cumulated = weights.cumsum()
    cumulated /= cumulated[-1]
    drawn = int(cumulated.searchsorted(rng.random(), side="right"))
    return int(agents[drawn]), Chances(agents, weights, drawn)
