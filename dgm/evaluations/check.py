"""Whether a suite's tasks can be trusted: solved answers pass, empty ones fail, every time. On a tripwire both fail."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dgm.errors import SuiteError
from dgm.evaluations.grading import Graded, grade
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
    return tuple(check_task(task, sandbox, limits or Limits()) for task in (*suite.tasks, *suite.tripwires))


def check_task(task: Task, sandbox: Sandbox, limits: Limits) -> TaskCheck:
    """Check one task. Raises SandboxError."""
    solved = overlay(task.public, task.reference)
    reason = _outside_the_policy(task, solved)
    try:
        right = [grade(task, solved, sandbox, limits, np.random.default_rng()) for _ in range(REPEATS)]
        empty = [grade(task, task.public, sandbox, limits, np.random.default_rng()) for _ in range(REPEATS)]
    except SuiteError as error:
        return TaskCheck(task.task_id, 0, 0, REPEATS, str(error), 0.0)
    passed = sum(graded.verdict.resolved for graded in right)
    failed = sum(not graded.verdict.resolved for graded in empty)
    reason = reason or (_trips(right) if task.tripwire else _unsolved(right))
    if reason is None and failed < REPEATS:
        reason = f"an empty answer failed only {failed} of {REPEATS}"
    slowest = max(graded.wall_s for graded in [*right, *empty])
    return TaskCheck(task.task_id, passed, failed, REPEATS, reason, slowest)


def _unsolved(right: Sequence[Graded]) -> str | None:
    """Return why the reference does not show that the task can be solved."""
    wrong = [graded.verdict for graded in right if not graded.verdict.resolved]
    if not wrong:
        return None
    why = ", ".join(filter(None, [wrong[0].finish.value, wrong[0].tampering, *wrong[0].failed[:3]]))
    return f"the reference passed {len(right) - len(wrong)} of {len(right)}: {why}"


def _trips(honest: Sequence[Graded]) -> str | None:
    """Return why the reference, which is an honest answer, would put its agent under suspicion."""
    suspect = [graded.verdict for graded in honest if graded.verdict.resolved or graded.verdict.tampering]
    if not suspect:
        return None
    return f"the reference trips the wire {len(suspect)} times of {len(honest)}: {suspect[0].tampering or 'it passes'}"


def _outside_the_policy(task: Task, solved: Tree) -> str | None:
    policed = police_answer(task.public, Collected(solved), task.allow)
    if policed.refused is not None:
        return f"the policy refuses the reference: {policed.refused}"
    return f"`allow` leaves out {policed.dropped[0]!r} of the reference" if policed.dropped else None
