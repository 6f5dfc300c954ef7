"""Lets an agent rewrite itself: its own command in a sandbox, on a copy of its own tree.

An order may name another agent as the editor: then that one's command works on a copy of the parent's tree. A child
that was refused may be worked on once more, with the reason.

The difference is made on the host, from the bytes that came out; what the agent says about its work is not looked at.
"""

from dataclasses import dataclass, replace

from dgm.evaluations.policy import police_child
from dgm.evaluations.solving import OUT, WORKSPACE, notes_tar
from dgm.improve.bench import AgentRun, Bench
from dgm.improve.evidence import history
from dgm.improve.jobs import AgentWork
from dgm.improve.proposal import focus_task, own_proposal, proposal_task
from dgm.improve.setback import Setback
from dgm.values import AttemptOrder, Failure, Tree, unified_diff

SHARE = 0.7
"""Of what is left of the lease, for the self-modification: the rest is kept for the screening of the child."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a self-modification is to do.

    Args:
        proposal: what to change; empty where the editor finds it in its own way, and has not said it.
        start: the tree to work on: the parent's, or the refused child's.
        fault: why the child was refused; None: it is the first self-modification.
        artifact: name of its transcript and its log.
    """

    proposal: str
    start: Tree
    fault: Setback | None = None
    artifact: str = "improve"


@dataclass(frozen=True, slots=True)
class Modified:
    """A changed tree, and the proposal that it answers."""

    child: Tree
    proposal: str


def modify(bench: Bench, order: AttemptOrder, brief: Brief) -> Modified | Setback:
    """Run the editor's own `improve`, or its `solve` on the proposal where it has none."""
    run = bench.run_agent(_work(bench, order, brief))
    if isinstance(run, Setback):
        return run
    out = run.result.collected[OUT]
    if out.tree:
        bench.account.keep("out.tar" if brief.fault is None else f"{brief.artifact}-out.tar", notes_tar(out))
    said = own_proposal(out) if order.acting.manifest.improve is not None else ""
    return _judged(bench, order.parent, run, replace(brief, proposal=said or brief.proposal))


def _work(bench: Bench, order: AttemptOrder, brief: Brief) -> AgentWork:
    editor, share = order.acting, bench.account.left(SHARE)
    manifest = editor.manifest
    lease = replace(share, seconds=min(share.seconds, order.timeout_s))
    own_way = manifest.improve is not None
    return AgentWork(
        agent=editor.agent,
        command=manifest.improve or manifest.solve,
        workspace=brief.start,
        task=focus_task(order.focus, brief.fault) if own_way else proposal_task(brief.proposal, brief.fault),
        model=order.models["improve"],
        purpose="improve",
        artifact=brief.artifact,
        lease=lease,
        history=history(order, lease),
    )


def _judged(bench: Bench, parent: Tree, run: AgentRun, brief: Brief) -> Modified | Setback:
    """Take the tree as it stands, with any exit code and at the deadline too.

    A workspace of which nothing could be read is no change, not the removal of everything.
    """
    workspace = run.result.collected[WORKSPACE]
    if workspace.nothing:
        return run.blame(Failure.NO_CHANGE, "its files could not be read")
    policed = police_child(parent, workspace)
    if policed.refused is not None:
        return Setback.of(Failure.REFUSED_CHANGE, policed.refused)
    if not policed.change or policed.tree == brief.start:
        return run.blame(Failure.NO_CHANGE, "it changed nothing")
    bench.account.keep("child.diff", unified_diff(parent, policed.tree).encode())
    return Modified(policed.tree, brief.proposal)
