"""Stages: prefixes of the suite, which an agent earns one after the other. Pure.

A founder is measured on all of them. An agent earns the next stage as soon as it has resolved the asked share of the
one before: the trials of a stage that are still to come cannot take that away, so nobody waits for them.

With racing, a series stops as soon as its trials make it too unlikely to earn the next stage; its agent goes on where
an outcome that was under way makes it likely again. What it has not run stays in the denominator of its score, so that
no failure, which may stop a series, can raise it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import NamedTuple, Self

from dgm.errors import ConfigError
from dgm.evolve.cell import Cell
from dgm.evolve.racing import least_resolved

_ROUNDING = 1e-9
"""So that 0.7 of 10 asks for 7 tasks, though 0.7 * 10 is a hair above 7."""

ENOUGH = 10
"""Tasks of the first stage, at most, where agents are measured freely and no larger stage has to be earned."""


class Measuring(StrEnum):
    """How a strategy measures its agents."""

    STAGES = "stage by stage, as they are earned"
    WHOLE = "on every task"
    FREE = "task by task, as the strategy likes"


class Series(NamedTuple):
    """Where an agent's series of trials stands.

    Args:
        assigned: tasks it is to be measured on.
        stopped: whether it is too unlikely to earn more.
    """

    assigned: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class Staging:
    """The sizes of the stages, ascending, and the share of each that earns the next.

    Args:
        racing: chance of earning the next stage below which a series stops; 0: never.
        measuring: FREE: every agent has all the tasks, and is owed none.
    """

    sizes: tuple[int, ...]
    promote: tuple[float, ...]
    racing: float = 0.0
    measuring: Measuring = Measuring.STAGES

    @classmethod
    def of(
        cls,
        sizes: Sequence[int],
        promote: Sequence[float],
        tasks: int,
        *,
        racing: float = 0.0,
        measuring: Measuring = Measuring.STAGES,
    ) -> Self:
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
        if measuring is Measuring.WHOLE:
            cut = cut[-1:]
        elif measuring is Measuring.FREE:
            cut = sorted({min(cut[0], ENOUGH), cut[-1]})
        shares = tuple(promote[min(i, len(promote) - 1)] for i in range(len(cut)))
        return cls(tuple(cut), shares, racing, measuring)

    @property
    def first(self) -> int:
        """Tasks of the first stage."""
        return self.sizes[0]

    @property
    def last(self) -> int:
        """Tasks of the largest stage."""
        return self.sizes[-1]

    @property
    def is_free(self) -> bool:
        """Whether the strategy measures task by task, as it likes."""
        return self.measuring is Measuring.FREE

    def judge(self, cells: bytes) -> Series:
        """Return where the series of an agent stands that was born into the first stage.

        Args:
            cells: a `Cell` for each task in suite order.
        """
        for size, share in zip(self.sizes[:-1], self.promote, strict=False):
            needed = ceil(share * size - _ROUNDING)
            resolved = cells.count(Cell.RESOLVED, 0, size)
            if resolved < needed:
                ended = resolved + cells.count(Cell.UNRESOLVED, 0, size) + cells.count(Cell.GIVEN_UP, 0, size)
                hopeless = resolved < least_resolved(size, needed, self.racing)[ended]
                return Series(size, ended > 0 and hopeless)
        return Series(self.last, False)
