"""Lets an agent rewrite itself: its own command in a sandbox, on a copy of its own tree.

An order may name another agent as the editor: then that one's command works on a copy of the parent's tree.

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
class Modified:
    """A changed tree, and the proposal that it answers."""

    child: Tree
    proposal: str


def modify(bench: Bench, order: AttemptOrder, proposal: str | None) -> Modified | Setback:
    """Run the editor's `solve` on the proposal, or its own `improve` where there is none."""
    run = bench.run_agent(_work(bench, order, proposal))
    if isinstance(run, Setback):
        return run
    out = run.result.collected[OUT]
    if out.tree:
        bench.account.append("out.tar", notes_tar(out))
    if proposal is None:
        proposal = own_proposal(out)
    return _judged(bench, order.parent, run, proposal)


def _work(bench: Bench, order: AttemptOrder, proposal: str | None) -> AgentWork:
    editor, share = order.acting, bench.account.left(SHARE)
    manifest = editor.manifest
    lease = replace(share, seconds=min(share.seconds, order.timeout_s))
    command = manifest.solve if proposal is not None or manifest.improve is None else manifest.improve
    return AgentWork(
        agent=editor.agent,
        command=command,
        workspace=order.parent,
        task=focus_task(order.focus) if proposal is None else proposal_task(proposal),
        model=order.models["improve"],
        purpose="improve",
        artifact="improve",
        lease=lease,
        history=history(order.lineage, order.evidence, lease),
    )


def _judged(bench: Bench, parent: Tree, run: AgentRun, proposal: str) -> Modified | Setback:
    """Take the tree as it stands, with any exit code and at the deadline too.

    A workspace of which nothing could be read is no change, not the removal of everything.
    """
    workspace = run.result.collected[WORKSPACE]
    if workspace.nothing:
        return run.blame(Failure.NO_CHANGE, "its files could not be read")
    policed = police_child(parent, workspace)
    if policed.refused is not None:
        return Setback.of(Failure.REFUSED_CHANGE, policed.refused)
    if not policed.change:
        return run.blame(Failure.NO_CHANGE, "it changed nothing")
    bench.account.append("child.diff", unified_diff(parent, policed.tree).encode())
    return Modified(policed.tree, proposal)
