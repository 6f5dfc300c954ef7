"""What a running loop tells whoever watches."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from dgm.evolve.ranking import Standing
from dgm.values import Interval


@dataclass(frozen=True, slots=True)
class Progress:
    """The state after an event.

    Args:
        busy, slots: pieces of work under way, and how many can be.
        trials, attempts: ended ones; `trials` are scored.
        best: number of the best agent so far, with its score; None before the first trial has ended.
        hours: wall time, summed over all times the run was resumed.
        spent_of_budget: a limit's name to what was used of it and the limit; only limits that are set.
        events: what happened since the last progress, oldest first.
        waits_for: why nothing new is started though there is room; empty: it is.
    """

    busy: int
    slots: int
    trials: int
    attempts: int
    agents: int
    best: int | None
    best_score: Interval
    hours: float
    tokens: int
    cost_usd: float
    spent_of_budget: Mapping[str, tuple[float, float]]
    events: tuple[str, ...]
    waits_for: str = ""


class Observer(Protocol):
    """Is told the progress, in the loop's thread: it must return quickly."""

    def __call__(self, progress: Progress) -> None:
        """Show it."""


class Reason(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    STOPPED = "stopped by the user"
    REFUSED = "the endpoint refused the key or the model"
    INFRASTRUCTURE = "the infrastructure failed again and again"
    STORAGE = "the disk is full"


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended. Every ending can be resumed from; FINISHED only with a larger budget.

    Args:
        detail: what happened and what to do, in words for a person.
        lost: work that was under way and is charged whole.
        best: the best agent: not confirmed until `dgm confirm` has tested it.
    """

    reason: Reason
    detail: str
    lost: tuple[str, ...]
    best: Standing | None
