"""Chooses what an attempt is to improve: the rules of the Darwin Gödel Machine. Pure."""

from collections.abc import Sequence
from typing import assert_never

from numpy.random import Generator

from dgm.improve.transcripts import overflowed_twice
from dgm.values import Finish, Focus, FocusKind, TrialDigest

EMPTY_SHARE = 0.1
"""Share of empty answers from which they may become the focus."""

MAX_NAMED = 12
"""Tasks of a cluster that are named."""

CHANCE = 0.25
"""Of each weakness that is not one task's."""


def choose_focus(trials: Sequence[TrialDigest], rng: Generator) -> Focus:
    """Draw the focus of an attempt from the scored trials of the parent.

    In this order, each with its own coin of `CHANCE`: empty answers (where at least `EMPTY_SHARE` were empty),
    instability, context overflow (where a transcript has two in a row); else an unresolved task, uniformly.
    Without trials, and where nothing is unresolved, the focus is general.

    Source: Zhang et al., arXiv 2505.22954, appendix on self-modification; their code draws in this order.
    """
    if not trials:
        return Focus(FocusKind.GENERAL)
    if _many_empty(trials) and rng.random() < CHANCE:
        return Focus(FocusKind.EMPTY_ANSWERS)
    if rng.random() < CHANCE:
        return Focus(FocusKind.INSTABILITY)
    if any(overflowed_twice(trial.transcript) for trial in trials) and rng.random() < CHANCE:
        return Focus(FocusKind.CONTEXT_OVERFLOW)
    unresolved = sorted({trial.task_id for trial in trials if not trial.resolved})
    if not unresolved:
        return Focus(FocusKind.GENERAL)
    return Focus(FocusKind.TASK, unresolved[int(rng.integers(len(unresolved)))])


def describe(focus: Focus) -> str:
    """Return a focus as one sentence about the agent."""
    match focus.kind:
        case FocusKind.TASK:
            return f"It did not resolve the task {focus.task_id!r}."
        case FocusKind.CLUSTER:
            return f"It fails in much the same way on {_named(focus.tasks)}: look for what they have in common."
        case FocusKind.EMPTY_ANSWERS:
            return "Many of its answers are empty: it ends without having changed a file."
        case FocusKind.INSTABILITY:
            return "It is unstable: on the same task it sometimes succeeds and sometimes fails."
        case FocusKind.CONTEXT_OVERFLOW:
            return "Its requests overflow the model's context again and again."
        case FocusKind.GENERAL:
            return "No single failure stands out: make it better in general."
        case _:
            assert_never(focus.kind)


def _named(tasks: Sequence[str]) -> str:
    names = ", ".join(map(repr, tasks[:MAX_NAMED]))
    return f"{len(tasks)} tasks ({names}{', ...' if len(tasks) > MAX_NAMED else ''})"


def _many_empty(trials: Sequence[TrialDigest]) -> bool:
    return sum(trial.finish == Finish.EMPTY for trial in trials) >= EMPTY_SHARE * len(trials)
