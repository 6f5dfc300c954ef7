"""The one plain sentence of a confirmation. Pure."""

from typing import assert_never

from dgm.evaluations import LEVEL, Need, Word, least_tasks
from dgm.evolve.confirming.findings import Findings, claimed
from dgm.values import ConfirmationPlan, Side


def sentence(findings: Findings, holdout: int) -> str:
    """Return what a confirmation found.

    Args:
        holdout: tasks that the whole holdout has.
    """
    plan, ruling = findings.plan, findings.ruling
    match ruling.word:
        case Word.CONFIRMED:
            return f"confirmed: a{plan.agent} is better than {rivals(plan)}{_beside(findings)}."
        case Word.NOT_CONFIRMED:
            return f"not confirmed: a{plan.agent} resolved no more than {_unbeaten(findings)}."
        case Word.MORE_TRIALS:
            return f"more trials needed for a{plan.agent}: {_asked(plan, ruling.need, holdout)}."
        case _:
            assert_never(ruling.word)


def rivals(plan: ConfirmationPlan) -> str:
    """Return whom an agent must beat, in words."""
    first, _ = claimed(plan)
    return f"{named(plan, first)}, and than {named(plan, Side.CONTROL)}"


def named(plan: ConfirmationPlan, side: Side) -> str:
    """Return a side's name for a person."""
    match side:
        case Side.FOUNDER:
            return f"its founder a{plan.founder}"
        case Side.PARENT:
            return f"its parent a{plan.parent}"
        case Side.CONTROL:
            return f"a{plan.founder} with the same tokens"
        case Side.CEILING:
            return f"the best that a{plan.founder} could choose with the same tokens"
        case _:
            assert_never(side)


def _beside(findings: Findings) -> str:
    """Return what is said of the parent, where it is not the claim's."""
    plan = findings.plan
    if Side.PARENT not in plan.against or Side.PARENT in claimed(plan):
        return ""
    better = "too" if findings.ruling.comparisons[Side.PARENT].holds else "is not shown"
    return f"; than {named(plan, Side.PARENT)} {better}"


def _unbeaten(findings: Findings) -> str:
    plan, comparisons = findings.plan, findings.ruling.comparisons
    sides = [side for side in claimed(plan) if comparisons[side].gain.estimate <= 0]
    return " and ".join(named(plan, side) for side in sides)


def _asked(plan: ConfirmationPlan, need: Need | None, holdout: int) -> str:
    if need is None:
        raise ValueError("more trials are needed, and it is not said how many")
    tasks = len(plan.tasks)
    ways = []
    if need.repeats is not None:
        ways.append(f"about {_count(need.repeats - plan.repeats, 'more repeat')} (--repeats {need.repeats})")
    if need.tasks <= holdout:
        ways.append(f"about {_count(need.tasks - tasks, 'more task')} (--tasks {need.tasks})")
    if ways:
        return " or ".join(ways)
    if tasks < least_tasks(LEVEL):
        few = f"no result of {_count(tasks, 'task')} could show it, and the holdout has {holdout}"
    else:
        few = f"no number of repeats would do, and the holdout of {_count(holdout, 'task')} is too small"
    return f"{few}: it would take about {need.tasks} tasks"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
