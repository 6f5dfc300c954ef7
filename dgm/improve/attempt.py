"""One attempt, from a failure to a child: diagnosis, self-modification, policy, screening.

It ends in a child or in a recorded failure, and costs what it cost either way.
"""

from typing import NamedTuple

from dgm.improve.account import Account
from dgm.improve.bench import Bench
from dgm.improve.diagnosis import diagnose
from dgm.improve.modification import modify
from dgm.improve.proposal import proposal_from
from dgm.improve.screening import screen
from dgm.improve.setback import Setback
from dgm.ports import Clock, Models, Sandbox
from dgm.values import AttemptOrder, AttemptOutcome, Limits, Manifest, ScreeningStep, Tree


class _Ending(NamedTuple):
    """Where an attempt ended: with a child that was screened, or with a setback."""

    proposal: str
    setback: Setback | None
    child: Tree | None = None
    manifest: Manifest | None = None
    steps: tuple[ScreeningStep, ...] = ()


def run_attempt(order: AttemptOrder, sandbox: Sandbox, models: Models, clock: Clock, limits: Limits) -> AttemptOutcome:
    """Try to make a child of one agent, within one lease.

    Args:
        limits: of each sandbox; its `timeout_s` is replaced by what each step may take.
    """
    bench = Bench(sandbox, models, limits, Account(order.lease, clock))
    end, account = _attempted(bench, order), bench.account
    account.append("proposal.md", end.proposal.encode())
    return AttemptOutcome(
        attempt_id=order.attempt_id,
        child=end.child,
        manifest=end.manifest,
        failure=end.setback.failure if end.setback else None,
        detail=end.setback.detail if end.setback else "",
        proposal=end.proposal,
        spent=account.spent,
        level=sandbox.level,
        calls=tuple(account.calls),
        steps=end.steps,
        artifacts=account.artifacts,
        must_stop=end.setback.must_stop if end.setback else None,
    )


def _attempted(bench: Bench, order: AttemptOrder) -> _Ending:
    proposal = _proposal(bench, order)
    if isinstance(proposal, Setback):
        return _Ending("", proposal)
    modified = modify(bench, order, proposal)
    if isinstance(modified, Setback):
        return _Ending(proposal or "", modified)
    screened = screen(
        bench,
        modified.child,
        solve_model=order.models["solve"],
        improve_model=order.models["improve"],
        seed=order.seed,
    )
    if screened.setback is not None:
        return _Ending(modified.proposal, screened.setback, steps=screened.steps)
    return _Ending(modified.proposal, None, modified.child, screened.manifest, screened.steps)


def _proposal(bench: Bench, order: AttemptOrder) -> str | Setback | None:
    """Return the diagnosis as a proposal; None where the editor has its own way to improve an agent."""
    if order.acting.manifest.improve is not None:
        return None
    diagnosis = diagnose(bench, order)
    return diagnosis if isinstance(diagnosis, Setback) else proposal_from(diagnosis)
