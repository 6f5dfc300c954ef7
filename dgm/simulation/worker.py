"""A worker whose answers come from a landscape instead of a model and a sandbox.

An agent's source is one file that says which agent of the landscape it is; nothing that is latent stands in it.
"""

from typing import assert_never

from dgm.simulation.edits import Fate
from dgm.simulation.families import Family
from dgm.simulation.landscape import Landscape, SimulatedAgent
from dgm.values import (
    AttemptOrder,
    AttemptOutcome,
    Failure,
    Feedback,
    Finish,
    Grader,
    Lease,
    Manifest,
    Outcome,
    SandboxLevel,
    ScreeningOrder,
    ScreeningOutcome,
    Spent,
    Split,
    Suite,
    Task,
    Tree,
    TrialOrder,
    TrialOutcome,
    Verdict,
    Work,
)

MANIFEST = Manifest("simulated", "an agent of a landscape", ("true",))
LEVEL = SandboxLevel("simulated", "0" * 64)
_FILE = "agent"
_DIGEST = "5" * 64
_FAILURES = {Fate.BROKEN: Failure.NO_START, Fate.UNCHANGED: Failure.NO_CHANGE}
_RESOLVED, _FAILED = Verdict(True, Finish.RESOLVED, 1, 1), Verdict(False, Finish.TESTS_FAILED, 0, 1, ("test",))


class SimulatedWorker:
    """The port Handler."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape
        self._agents: list[SimulatedAgent] = []
        self._digests: list[str] = []
        self.founder = self._keep(landscape.founder)
        self.suite = suite_of(landscape.family)
        self._index = {task.task_id: i for i, task in enumerate(self.suite.tasks)}

    def __call__(self, work: Work) -> Outcome:
        """Answer a piece of work."""
        match work.order:
            case TrialOrder() as order:
                return self._trial(order)
            case AttemptOrder() as order:
                return self._attempt(order)
            case ScreeningOrder() as order:
                return ScreeningOutcome(MANIFEST, None, "", Spent(), LEVEL)
            case _:
                assert_never(work.order)

    def close(self) -> None:
        """Hold nothing."""

    def agent(self, source: Tree) -> SimulatedAgent:
        """Return the agent that a source says it is."""
        return self._agents[int(source[_FILE].data)]

    def _trial(self, order: TrialOrder) -> TrialOutcome:
        number = int(order.agent[_FILE].data)
        agent, task = self._agents[number], self._index[order.task.task_id]
        resolved = agent.resolves[task] if order.repeat == 0 else self._landscape.repeat(agent, task, order.repeat)
        usd = self._landscape.family.costs.trial_usd
        spent, cut = _spent(float(agent.seconds[task]), int(agent.tokens[task]), usd, order.lease)
        verdict = _RESOLVED if resolved and not cut else _FAILED
        return TrialOutcome(order.trial_id, verdict, self._digests[number], order.suite_digest, LEVEL, spent)

    def _attempt(self, order: AttemptOrder) -> AttemptOutcome:
        parent = self.agent(order.parent)
        attempted = self._landscape.attempt(parent, self.agent(order.acting.agent))
        usd = self._landscape.family.costs.attempt_usd
        spent, cut = _spent(attempted.seconds, attempted.tokens, usd, order.lease)
        child = None if cut or attempted.child is None else self._keep(attempted.child)
        failure = None if child else Failure.LEASE if cut else _FAILURES[attempted.fate]
        manifest = None if child is None else MANIFEST
        return AttemptOutcome(order.attempt_id, child, manifest, failure, "", "", spent, LEVEL)

    def _keep(self, agent: SimulatedAgent) -> Tree:
        source = Tree.of({_FILE: str(len(self._agents))})
        self._agents.append(agent)
        self._digests.append(source.digest)
        return source


def _spent(seconds: float, tokens: int, usd: float, lease: Lease) -> tuple[Spent, bool]:
    """Return what work costs, and whether its lease cut it short: then it ends in nothing.

    Args:
        usd: dollars for a million tokens.
        lease: no dollars in it is no limit on them.
    """
    cost_usd = tokens * usd / 1e6
    share = min(1.0, lease.seconds / seconds, lease.tokens / max(1, tokens))
    if 0 < lease.cost_usd < share * cost_usd:
        share = lease.cost_usd / cost_usd
    return Spent(int(share * tokens), share * cost_usd, share * seconds), share < 1


def suite_of(family: Family) -> Suite:
    """Return a suite of empty tasks: a landscape needs their ids only."""
    tasks = tuple(_task(number, family.timeout_s) for number in range(family.tasks))
    return Suite("simulated", "1", _DIGEST, "", Feedback.NONE, family.stages, tasks)


def _task(number: int, timeout_s: float) -> Task:
    nothing = Tree()
    return Task(
        task_id=f"t{number}",
        suite="simulated",
        instruction="",
        public=nothing,
        hidden=nothing,
        reference=nothing,
        allow=(),
        grader=Grader.FUNCTION,
        expected=("test",),
        timeout_s=timeout_s,
        split=Split.SEARCH,
        difficulty="",
    )
