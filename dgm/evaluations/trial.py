"""One trial: an agent solves a task, its answer is policed and graded, and everything becomes one outcome.

Only what the sandbox's contents cannot cause is retried, at most twice, and never scored: the sandbox's own failure,
and an endpoint that failed. Whatever else an agent does is its score.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from dgm.errors import ModelError, ModelRefused, SandboxError
from dgm.evaluations.grading import grade, printed
from dgm.evaluations.policy import PolicedAnswer, police_answer
from dgm.evaluations.solving import Solved, notes_tar, solve
from dgm.evaluations.verdicts import unresolved
from dgm.ports import Clock, Gateway, Models, Sandbox
from dgm.values import (
    Call,
    Collected,
    Finish,
    GatewayReport,
    Limits,
    Spent,
    TrialOrder,
    TrialOutcome,
    Verdict,
    unified_diff,
)

RETRIES = 2
MAX_DROPPED = 200
"""Paths of dropped changes that are recorded; the others are counted."""

PRIVATE_ARTIFACTS = frozenset({"grading.log"})
"""What no agent and no model may see: a solution can print the hidden tests that it runs beside."""

Result = TypeVar("Result")


class _Unscored(Exception):
    """The trial cannot be scored. `must_stop`: nothing will work until a person acts."""

    def __init__(self, reason: str, must_stop: str | None = None):
        super().__init__(reason)
        self.must_stop = must_stop


@dataclass(slots=True)
class _Books:
    """What a trial has used and left so far, kept through failures and retries."""

    began_s: float
    calls: list[Call] = field(default_factory=list)
    cost: Spent = field(default_factory=Spent)
    transcript: bytes = b""
    artifacts: dict[str, bytes] = field(default_factory=dict)
    solved: Solved | None = None
    dropped: tuple[str, ...] = ()

    def add(self, report: GatewayReport) -> None:
        """Book what went through a gateway that has closed."""
        self.calls.extend(report.calls)
        self.cost += report.spent
        self.transcript += report.transcript


@dataclass(frozen=True, slots=True)
class _Bench:
    """What a trial works with."""

    sandbox: Sandbox
    models: Models
    clock: Clock
    limits: Limits
    rng: np.random.Generator


def run_trial(
    order: TrialOrder,
    sandbox: Sandbox,
    models: Models,
    clock: Clock,
    limits: Limits,
    rng: np.random.Generator | None = None,
) -> TrialOutcome:
    """Solve a task once, police the answer, grade it in a fresh sandbox.

    Args:
        limits: of both sandboxes; their times are the task's, and the lease's seconds bound the solving.
        rng: makes the canaries; from the system's entropy where left out, as no agent may foresee them.

    Raises:
        SuiteError: the task's hidden part cannot be used.
    """
    bench = _Bench(sandbox, models, clock, limits, rng or np.random.default_rng())
    books = _Books(clock.monotonic())
    try:
        solved = _retried(lambda: _solve(order, bench, books))
        verdict = _judge(order, solved, bench, books)
    except _Unscored as error:
        return _outcome(order, bench, books, None, error)
    return _outcome(order, bench, books, verdict)


def _solve(order: TrialOrder, bench: _Bench, books: _Books) -> Solved:
    lease = order.lease.minus(books.cost + Spent(seconds=bench.clock.monotonic() - books.began_s))
    if lease.seconds <= 0:
        raise _Unscored("the lease's seconds were used up before the task was solved")
    lease = replace(lease, seconds=min(lease.seconds, order.task.timeout_s))  # what the gateway tells is then true
    gateway: Gateway | None = None
    try:
        with bench.models.open(order.model, lease, purpose="solve") as gateway:
            solved = solve(order, gateway, lease, bench.sandbox, bench.clock, bench.limits)
    except ModelRefused as error:
        raise _Unscored(str(error), must_stop=str(error)) from error
    except ModelError as error:
        raise _Unscored(str(error)) from error
    finally:
        if gateway is not None:
            books.add(gateway.report())
    books.solved = solved
    _check_endpoint(gateway.report())
    _check_identity(order, solved)
    return solved


def _check_identity(order: TrialOrder, solved: Solved) -> None:
    """Leave a trial unscored in which another tree ran than the one that is to be measured."""
    if solved.ran != order.agent.digest:
        ran = f"the tree {solved.ran[:12]}" if solved.ran else "no tree that it could name"
        raise _Unscored(f"the sandbox ran {ran}, not the agent {order.agent.digest[:12]}")


def _check_endpoint(report: GatewayReport) -> None:
    """Leave a trial unscored whose endpoint failed: what the agent did then proves nothing."""
    if report.upstream_refused is not None:
        raise _Unscored(f"the endpoint refused: {report.upstream_refused}", must_stop=report.upstream_refused)
    if report.upstream_failed:
        raise _Unscored("the endpoint failed after retries")


def _judge(order: TrialOrder, solved: Solved, bench: _Bench, books: _Books) -> Verdict:
    task = order.task
    answer = _policed(order, solved)
    books.dropped = _shortened(answer.dropped)
    books.artifacts["solve.log"] = printed(solved.result)
    books.artifacts["answer.diff"] = unified_diff(task.public, answer.tree).encode()
    books.artifacts["out.tar"] = notes_tar(solved.out)
    if answer.refused is not None:
        books.artifacts["refused.txt"] = answer.refused.encode()
        return unresolved(task.expected, Finish.REFUSED)
    if not answer.change:
        return unresolved(task.expected, Finish.EMPTY)
    graded = _retried(lambda: grade(task, answer.tree, bench.sandbox, bench.limits, bench.rng))
    books.artifacts["grading.log"] = graded.log
    return graded.verdict


def _policed(order: TrialOrder, solved: Solved) -> PolicedAnswer:
    """Police the answer; a workspace of which nothing could be read is no answer, not the removal of everything."""
    public = order.task.public
    workspace = Collected(public) if solved.workspace.nothing else solved.workspace
    return police_answer(public, workspace, order.task.allow)


def _retried(work: Callable[[], Result]) -> Result:
    """Do work again when the sandbox itself failed, and leave the trial unscored when it keeps failing."""
    tries = 0
    while True:
        try:
            return work()
        except SandboxError as error:
            tries += 1
            if tries > RETRIES:
                raise _Unscored(f"the sandbox failed {tries} times: {error}") from error


def _shortened(paths: tuple[str, ...]) -> tuple[str, ...]:
    more = len(paths) - MAX_DROPPED
    return (*paths[:MAX_DROPPED], f"and {more} more") if more > 0 else paths


def _outcome(
    order: TrialOrder, bench: _Bench, books: _Books, verdict: Verdict | None, unscored: _Unscored | None = None
) -> TrialOutcome:
    artifacts = {"transcript.jsonl": books.transcript, **books.artifacts}
    solved = books.solved
    return TrialOutcome(
        trial_id=order.trial_id,
        verdict=verdict,
        agent_digest=solved.ran if solved else "",
        suite_digest=order.suite_digest,
        level=bench.sandbox.level,
        spent=books.cost + Spent(seconds=bench.clock.monotonic() - books.began_s),
        calls=tuple(books.calls),
        solve_ended=solved.result.ended.value if solved else "",
        solve_exit_code=solved.result.exit_code if solved else None,
        dropped=books.dropped,
        artifacts=artifacts,
        public_artifacts=tuple(sorted(artifacts.keys() - PRIVATE_ARTIFACTS)),
        infrastructure=str(unscored) if unscored else None,
        must_stop=unscored.must_stop if unscored else None,
        grader=order.task.grader,
    )
