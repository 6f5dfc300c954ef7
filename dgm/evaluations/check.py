"""Whether a suite's tasks can be trusted: solved answers pass, empty ones fail, every time."""

from dataclasses import dataclass

import numpy as np

from dgm.errors import SuiteError
from dgm.evaluations.grading import grade
from dgm.evaluations.policy import overlay, police_answer
from dgm.ports import Sandbox
from dgm.values import Collected, Limits, Suite, Task, Tree

REPEATS = 3


@dataclass(frozen=True, slots=True)
class TaskCheck:
    """What the gradings of one task showed.

    Args:
        reference_passed, empty_failed: of `repeats` gradings each.
        reason: why the task is quarantined; None: it is trusted.
        grading_s: seconds of the longest grading.
    """

    task_id: str
    reference_passed: int
    empty_failed: int
    repeats: int
    reason: str | None
    grading_s: float

    @property
    def trusted(self) -> bool:
        """Whether the task may be used."""
        return self.reason is None


def check_suite(suite: Suite, sandbox: Sandbox, limits: Limits | None = None) -> tuple[TaskCheck, ...]:
    """Grade every task's reference and its untouched files three times each.

    Raises:
        SandboxError: the sandbox failed by itself.
    """
    return tuple(check_task(task, sandbox, limits or Limits()) for task in suite.tasks)


def check_task(task: Task, sandbox: Sandbox, limits: Limits) -> TaskCheck:
    """Check one task. Raises SandboxError."""
    solved = overlay(task.public, task.reference)
    reason = _outside_the_policy(task, solved)
    try:
        right = [_graded(task, solved, sandbox, limits) for _ in range(REPEATS)]
        empty = [_graded(task, task.public, sandbox, limits) for _ in range(REPEATS)]
    except SuiteError as error:
        return TaskCheck(task.task_id, 0, 0, REPEATS, str(error), 0.0)
    passed = sum(resolved for resolved, _, _ in right)
    failed = sum(not resolved for resolved, _, _ in empty)
    if reason is None and passed < REPEATS:
        reason = f"the reference passed {passed} of {REPEATS}: {next(why for ok, why, _ in right if not ok)}"
    if reason is None and failed < REPEATS:
        reason = f"an empty answer failed only {failed} of {REPEATS}"
    return TaskCheck(task.task_id, passed, failed, REPEATS, reason, max(s for _, _, s in [*right, *empty]))


def _outside_the_policy(task: Task, solved: Tree) -> str | None:
    policed = police_answer(task.public, Collected(solved), task.allow)
    if policed.refused is not None:
        return f"the policy refuses the reference: {policed.refused}"
    return f"`allow` leaves out {policed.dropped[0]!r} of the reference" if policed.dropped else None


def _graded(task: Task, answer: Tree, sandbox: Sandbox, limits: Limits) -> tuple[bool, str, float]:
    graded = grade(task, answer, sandbox, limits, np.random.default_rng())
    verdict = graded.verdict
    why = ", ".join(filter(None, [verdict.finish.value, verdict.tampering, *verdict.failed[:3]]))
    return verdict.resolved, why, graded.wall_s
