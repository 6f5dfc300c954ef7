"""From a decision to work that is ready: its lease is taken and recorded. The loop submits it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from numpy.random import Generator

from dgm.evolve.actions import Evaluate, Expand
from dgm.evolve.books import Books, UnderWay
from dgm.evolve.budget import Budget, Refused
from dgm.evolve.comparison import outcomes_of
from dgm.evolve.orders import Orders
from dgm.improve import choose_cluster, choose_focus
from dgm.ports import Archive
from dgm.values import Decision, Focus, Lease, TrialDigest, WorkKind


@dataclass(frozen=True, slots=True)
class Starter:
    """Starts what a strategy decided. `strategy` is its name, `focus` the rule by which an attempt gets its focus."""

    archive: Archive
    orders: Orders
    books: Books
    strategy: str
    focus: Literal["dgm", "clusters"]

    def evaluate(self, action: Evaluate, generator: str, room: int) -> Refused | None:
        """Start as many of the wanted trials as there are slots and budget for, in one transaction.

        Args:
            generator: state of the random generator before the decision.
            room: free slots.

        Returns:
            Why none was started.
        """
        leases = self._leases(action, room)
        if isinstance(leases, Refused):
            return leases
        tasks = tuple(task for task, _, _ in leases)
        decision = Decision(
            self.strategy, "evaluate", action.agent, tasks, action.probabilities, generator, action.reason
        )
        opened = self.archive.open_trials(action.agent, leases, decision)
        for trial, (task, _, lease) in zip(opened, leases, strict=True):
            self._ready_trial(trial, action.agent, task, lease)
        return None

    def _leases(self, action: Evaluate, room: int) -> list[tuple[str, int, Lease]] | Refused:
        budget: Budget = self.books.budget
        leases: list[tuple[str, int, Lease]] = []
        for task in action.tasks[:room]:
            if leases:
                budget = budget.opened(WorkKind.TRIAL, leases[-1][2])
            offered = budget.offer(WorkKind.TRIAL, self.orders.trial_seconds(task))
            if isinstance(offered, Refused):
                return leases or offered
            leases.append((task, 0, offered))
        return leases

    def try_tripwire(self, child: int) -> Refused | None:
        """Start the trial of a child on its tripwire, which no strategy decided. Returns why it was not started."""
        task = self.orders.tripwire_of(child)
        offered = self.books.budget.offer(WorkKind.TRIAL, self.orders.trial_seconds(task))
        if isinstance(offered, Refused):
            return offered
        decision = Decision("oversight", "tripwire", child, (task,), {}, "", "each child once, drawn by the seed")
        (trial,) = self.archive.open_trials(child, [(task, 0, offered)], decision)
        self._ready_trial(trial, child, task, offered, self.orders.tripwires_digest)
        return None

    def _ready_trial(self, trial: int, agent: int, task: str, lease: Lease, tripwires: str = "") -> None:
        work = self.orders.trial(trial, agent, task, 0, lease)
        digest = self.orders.agent(agent).digest
        self.books.opened(work, UnderWay(WorkKind.TRIAL, lease, agent, task, trial, digest, tripwires))

    def expand(self, action: Expand, generator: str, rng: Generator) -> Refused | None:
        """Start an attempt, with a focus drawn from the parent's trials. Returns why it was not started."""
        offered = self.books.budget.offer(WorkKind.ATTEMPT, self.orders.attempt_seconds)
        if isinstance(offered, Refused):
            return offered
        evidence = self.orders.evidence.trials(action.agent)
        focus = self._focus(evidence, rng)
        decision = Decision(
            self.strategy, "expand", action.agent, (), action.probabilities, generator, action.reason, action.editor
        )
        attempt = self.archive.open_attempt(action.agent, focus, offered, decision)
        work = self.orders.attempt(attempt, self.books, action, focus, evidence, offered)
        digest = self.orders.agent(action.agent).digest
        under_way = UnderWay(WorkKind.ATTEMPT, offered, action.agent, focus.task_id or focus.kind, attempt, digest)
        self.books.opened(work, under_way)
        self.books.said.append(f"{under_way} starts: {under_way.name}")
        return None

    def _focus(self, evidence: Sequence[TrialDigest], rng: Generator) -> Focus:
        match self.focus:
            case "dgm":
                return choose_focus(evidence, rng)
            case "clusters":
                return choose_cluster(evidence, outcomes_of(self.books.population), rng)
            case _:
                assert_never(self.focus)
