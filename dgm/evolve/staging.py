"""Stages: prefixes of the suite, which an agent earns one after the other. Pure.

A founder is measured on all of them. An agent earns the next stage as soon as it has resolved the asked share of the
one before: the trials of a stage that are still to come cannot take that away, so nobody waits for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dgm.errors import ConfigError

_ROUNDING = 1e-9
"""So that 0.7 of 10 asks for 7 tasks, though 0.7 * 10 is a hair above 7."""


@dataclass(frozen=True, slots=True)
class Staging:
    """The sizes of the stages, ascending, and the share of each that earns the next."""

    sizes: tuple[int, ...]
    promote: tuple[float, ...]

    @classmethod
    def of(cls, sizes: Sequence[int], promote: Sequence[float], tasks: int) -> Self:
        """Cut the sizes at the number of tasks.

        Args:
            sizes: as the suite or the user gave them; empty: one stage of all tasks.
            promote: shares; the last one stands for all further stages.

        Raises:
            ConfigError: there is no task, the sizes do not ascend from 1, or a share is not within 0 and 1.
        """
        if tasks < 1:
            raise ConfigError("no task to measure agents on: the suite's search split, or `suite.tasks`, is empty")
        if any(size < 1 for size in sizes) or list(sizes) != sorted(set(sizes)):
            raise ConfigError(f"suite.stages is {list(sizes)}: give sizes of at least 1, each above the one before")
        if not promote or not all(0 <= share <= 1 for share in promote):
            raise ConfigError(f"suite.promote is {list(promote)}: give one share at least, each within 0 and 1")
        cut = sorted({min(size, tasks) for size in sizes} or {tasks})
        shares = tuple(promote[min(i, len(promote) - 1)] for i in range(len(cut)))
        return cls(tuple(cut), shares)

    @property
    def first(self) -> int:
        """Tasks of the first stage."""
        return self.sizes[0]

    @property
    def last(self) -> int:
        """Tasks of the largest stage."""
        return self.sizes[-1]

    def earned(self, resolved: NDArray[np.bool_]) -> int:
        """Return how many tasks an agent has earned.

        Args:
            resolved: for each task in suite order, whether the agent resolved it; shape (tasks,).
        """
        for size, share in zip(self.sizes, self.promote, strict=True):
            if np.count_nonzero(resolved[:size]) < share * size - _ROUNDING:
                return size
        return self.last
