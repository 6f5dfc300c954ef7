"""What a check of the screening is given, and the cheap checks: agent.toml, its own tests, a start.

A check looks at what the host can see: bytes, exit codes, calls that reached the gateway. No word of the agent counts.
"""

import hashlib
from dataclasses import dataclass, replace

from dgm.errors import ConfigError
from dgm.improve.bench import Bench, ending
from dgm.improve.jobs import AgentWork, own_tests_job
from dgm.improve.manifest import manifest_of
from dgm.improve.setback import Setback
from dgm.values import Ended, Failure, Lease, Manifest, Tree

OWN_TESTS_TIMEOUT_S = 120.0
START_TIMEOUT_S = 20.0

_START = "Nothing has to be done: change no file. If you answer with text, the word `ready` is enough.\n"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that is screened.

    Args:
        solve_model, improve_model: names of the models for a task and for an edit of its own source.
        seed: with the tree's digest it fixes every random choice, so that a screening can be run again.
    """

    agent: Tree
    manifest: Manifest
    solve_model: str
    improve_model: str
    seed: int = 0

    def marker(self, check: str, number: int) -> str:
        """Return 12 hexadecimal digits that nobody could know while writing the agent: they hang on its digest."""
        return hashlib.sha256(f"{self.agent.digest} {self.seed} {check} {number}".encode()).hexdigest()[:12]


def check_manifest(agent: Tree) -> Manifest | Setback:
    """Check that there is a valid agent.toml."""
    try:
        return manifest_of(agent)
    except ConfigError as error:
        return Setback.of(Failure.BAD_MANIFEST, str(error))


def check_own_tests(bench: Bench, candidate: Candidate, number: int) -> Setback | None:
    """Run its own tests, where it has a command for them, on a copy and without a gateway."""
    if candidate.manifest.test is None:
        return None
    job = own_tests_job(candidate.agent, candidate.manifest.test, bench.limits)
    result = bench.run_job(job, seconds=OWN_TESTS_TIMEOUT_S)
    if isinstance(result, Setback):
        return result
    bench.account.append("screen-own-tests.log", result.stdout + result.stderr)
    if result.ended is Ended.EXITED and result.exit_code == 0:
        return None
    return Setback.of(Failure.OWN_TESTS, f"try {number}: {ending(result)}", result.stdout + result.stderr)


def check_start(bench: Bench, candidate: Candidate, number: int) -> Setback | None:
    """Start it on an empty task: a call must reach the gateway.

    The lease pays no call, so that it is counted and turned away: the check is free and fast with any model. An agent
    that was told that it has no token at all would be right not to ask.
    """
    lease = Lease(tokens=1, cost_usd=0.0, seconds=START_TIMEOUT_S)
    work = screening_work(candidate, "screen-start", Tree(), _START, lease, model=candidate.solve_model)
    run = bench.run_agent(work)
    if isinstance(run, Setback):
        return run
    if run.report.calls:
        return None
    return run.blame(Failure.NO_START, f"try {number}: no call reached the model in {START_TIMEOUT_S:.0f} s")


def screening_work(
    candidate: Candidate, artifact: str, workspace: Tree, instruction: str, lease: Lease, *, model: str
) -> AgentWork:
    """Return the agent's `solve` on a small piece of work of the screening."""
    return AgentWork(
        agent=candidate.agent,
        command=candidate.manifest.solve,
        workspace=workspace,
        task=Tree.of({"instruction.md": instruction}),
        model=model,
        purpose="screen",
        artifact=artifact,
        lease=lease,
    )


def within(lease: Lease, seconds: float) -> Lease:
    """Return a lease that is cut to so many seconds."""
    return replace(lease, seconds=min(lease.seconds, seconds))
