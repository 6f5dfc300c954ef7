"""One attempt, from a failure to a child: diagnosis, self-modification, policy, screening, repair.

It ends in a child or in a recorded failure, and costs what it cost either way.
"""

from dataclasses import replace
from typing import NamedTuple

from dgm.improve.account import Account
from dgm.improve.bench import Bench
from dgm.improve.diagnosis import diagnose
from dgm.improve.modification import Brief, modify
from dgm.improve.screening import screen
from dgm.improve.setback import CHILDS_FAULT, Setback
from dgm.ports import Clock, Models, Sandbox
from dgm.values import AttemptOrder, AttemptOutcome, Limits, Manifest, ScreeningStep, Tree


class _Ending(NamedTuple):
    """Where an attempt ended, or stands before a repair.

    Args:
        setback: None: it ended with a child.
        tree: what the self-modification made, where the path policy takes it.
    """

    proposal: str
    setback: Setback | None
    tree: Tree | None = None
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
        child=None if end.setback else end.tree,
        manifest=None if end.setback else end.manifest,
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
    end = _made(bench, order, Brief(proposal, order.parent))
    for number in range(1, order.repairs + 1):
        if end.setback is None or end.setback.failure not in CHILDS_FAULT:
            break
        end = _repaired(bench, order, end, end.setback, number)
    return end


def _proposal(bench: Bench, order: AttemptOrder) -> str | Setback:
    """Return the diagnosis as a proposal; none where the editor has its own way to improve an agent."""
    if order.acting.manifest.improve is not None:
        return ""
    diagnosis = diagnose(bench, order)
    return diagnosis if isinstance(diagnosis, Setback) else diagnosis.proposal


def _made(bench: Bench, order: AttemptOrder, brief: Brief) -> _Ending:
    """Let the parent be rewritten, and screen what comes of it."""
    modified = modify(bench, order, brief)
    if isinstance(modified, Setback):
        return _Ending(brief.proposal, modified)
    screened = screen(
        bench,
        modified.child,
        solve_model=order.models["solve"],
        improve_model=order.models["improve"],
        seed=order.seed,
    )
    return _Ending(modified.proposal, screened.setback, modified.child, screened.manifest, screened.steps)


def _repaired(bench: Bench, order: AttemptOrder, failed: _Ending, fault: Setback, number: int) -> _Ending:
    """Let a refused child be worked on with the reason, from its own tree where the policy took it, and screen that.

    A repair that makes nothing leaves the failure as it was.
    """
    name, started_s = f"repair {number}", bench.account.clock.monotonic()
    end = _made(bench, order, Brief(failed.proposal, failed.tree or order.parent, fault, f"repair-{number}"))
    seconds = bench.account.clock.monotonic() - started_s - sum(step.seconds for step in end.steps)
    made_nothing = end.setback if end.tree is None else None
    step = ScreeningStep(name, made_nothing is None, 1, seconds, made_nothing.detail if made_nothing else "")
    end = end._replace(steps=(*failed.steps, step, *end.steps))
    if made_nothing is None or made_nothing.must_stop is not None:
        return end
    stays = replace(fault, detail=f"{fault.detail}; {name}: {made_nothing.failure}")
    return end._replace(setback=stays, tree=failed.tree)
