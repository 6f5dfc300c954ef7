"""What an agent must pass before a trial is spent on it, in order of cost. Founders and children pass the same."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dgm.improve.account import Account
from dgm.improve.bench import Bench
from dgm.improve.checks import Candidate, check_manifest, check_own_tests, check_start
from dgm.improve.self_edit import check_self_edit
from dgm.improve.setback import Setback
from dgm.improve.trivial_task import check_trivial_task
from dgm.ports import Clock, Models, Sandbox
from dgm.values import Failure, Limits, Manifest, ScreeningOrder, ScreeningOutcome, ScreeningStep, Tree

TRIES = 2

Check = Callable[[Bench, Candidate, int], Setback | None]
"""Takes the number of the try; returns why it was not passed, or None."""

CHECKS: tuple[tuple[str, Check], ...] = (
    ("own tests", check_own_tests),
    ("start", check_start),
    ("trivial task", check_trivial_task),
    ("self edit", check_self_edit),
)
"""After `agent.toml`, which is read on the host."""

CHECKS_WITHOUT_MODEL = CHECKS[:1]

_NOT_ITS_FAULT = frozenset({Failure.INFRASTRUCTURE, Failure.LEASE})
"""A second try cannot help."""


class Screened(NamedTuple):
    """What a screening gave. `setback` None: it passed."""

    manifest: Manifest | None
    steps: tuple[ScreeningStep, ...]
    setback: Setback | None


def run_screening(
    order: ScreeningOrder, sandbox: Sandbox, models: Models | None, clock: Clock, limits: Limits
) -> ScreeningOutcome:
    """Screen a founder, or the agent of a user.

    Args:
        models: None: only the checks that need no model are made.
    """
    bench = Bench(sandbox, models, limits, Account(order.lease, clock))
    checks = CHECKS if models is not None else CHECKS_WITHOUT_MODEL
    screened = screen(bench, order.agent, solve_model=order.model, improve_model=order.model, checks=checks)
    setback, account = screened.setback, bench.account
    return ScreeningOutcome(
        manifest=screened.manifest,
        failure=setback.failure if setback else None,
        detail=setback.detail if setback else "",
        spent=account.spent,
        level=sandbox.level,
        calls=tuple(account.calls),
        steps=screened.steps,
        artifacts=account.artifacts,
        must_stop=setback.must_stop if setback else None,
    )


def screen(
    bench: Bench,
    agent: Tree,
    *,
    solve_model: str,
    improve_model: str,
    seed: int = 0,
    checks: Sequence[tuple[str, Check]] = CHECKS,
) -> Screened:
    """Make the checks in order, until one is not passed."""
    manifest = check_manifest(agent)
    if isinstance(manifest, Setback):
        return Screened(None, (ScreeningStep("agent.toml", False, 1, 0.0, manifest.detail),), manifest)
    candidate = Candidate(agent, manifest, solve_model, improve_model, seed)
    steps = [ScreeningStep("agent.toml", True, 1, 0.0)]
    for name, check in checks:
        step, setback = _tried(bench, candidate, name, check)
        steps.append(step)
        if setback is not None:
            return Screened(manifest, tuple(steps), setback)
    return Screened(manifest, tuple(steps), None)


def _tried(bench: Bench, candidate: Candidate, name: str, check: Check) -> tuple[ScreeningStep, Setback | None]:
    """Make one check, and once more where it was not passed by the agent's own fault."""
    clock = bench.account.clock
    started_s, setback, number = clock.monotonic(), None, 0
    for number in range(1, TRIES + 1):
        setback = check(bench, candidate, number)
        if setback is None or setback.failure in _NOT_ITS_FAULT:
            break
    detail = setback.detail if setback else ""
    return ScreeningStep(name, setback is None, number, clock.monotonic() - started_s, detail), setback
