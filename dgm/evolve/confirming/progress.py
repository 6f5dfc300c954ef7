"""What a confirmation tells whoever watches, and how its work ended.

Who resolved what is told to nobody before the end: a confirmation that is stopped once it looks good would prove
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dgm.evolve.confirming.findings import Findings
from dgm.evolve.progress import Reason
from dgm.values import ConfirmationRecord


@dataclass(frozen=True, slots=True)
class ConfirmationProgress:
    """The state after an event.

    Args:
        busy, slots: trials under way, and how many can be.
        ended, known: trials that have ended, and that are known to be needed; the control may yet need more.
        hours: wall time, summed over all times the confirmation went on.
        spent_of_budget: a limit's name to what was used of it and the limit; only limits that are set.
        events: what happened since the last progress, oldest first.
    """

    busy: int
    slots: int
    ended: int
    known: int
    hours: float
    tokens: int
    spent_of_budget: Mapping[str, tuple[float, float]]
    events: tuple[str, ...]


class ConfirmationObserver(Protocol):
    """Is told the progress, in the loop's thread: it must return quickly."""

    def __call__(self, progress: ConfirmationProgress) -> None:
        """Show it."""


@dataclass(frozen=True, slots=True)
class ConfirmationEnd:
    """How the work on a confirmation ended. Every ending without findings can be gone on from.

    Args:
        detail: what happened and what to do, in words for a person.
        findings: None unless every trial has ended.
        lost: work that was under way and is charged whole.
    """

    reason: Reason
    detail: str
    record: ConfirmationRecord
    findings: Findings | None
    lost: tuple[str, ...] = ()
