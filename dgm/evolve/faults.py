"""What is no agent's fault: workers that ran something else, and an infrastructure that fails again and again."""

from dataclasses import replace

from dgm.evolve.books import Halt, UnderWay
from dgm.evolve.progress import Reason
from dgm.values import TrialOutcome

IN_A_ROW = 5
"""Pieces of work that the infrastructure may fail, one after the other, before the run stops; more with many slots."""


def checked(work: UnderWay, outcome: TrialOutcome, suite_digest: str) -> TrialOutcome:
    """Take the verdict away from a trial that ran another agent or another suite than it was told."""
    if outcome.verdict is None or (outcome.agent_digest, outcome.suite_digest) == (work.digest, suite_digest):
        return outcome
    wrong = f"the worker ran agent {outcome.agent_digest[:12]} on suite {outcome.suite_digest[:12]}"
    right = f"not agent {work.digest[:12]} on suite {suite_digest[:12]}"
    return replace(outcome, verdict=None, infrastructure=f"{wrong}, {right}")


def halt_after(failed_in_a_row: int, slots: int, reason: str) -> Halt | None:
    """Return a halt once too many pieces of work in a row failed, the last for this reason."""
    if failed_in_a_row < max(IN_A_ROW, 2 * slots):
        return None
    return Halt(
        Reason.INFRASTRUCTURE,
        f"{failed_in_a_row} pieces of work in a row failed through no fault of an agent, the last with: {reason}. "
        "Run `dgm doctor`, mend what it names, then resume.",
    )
