"""What the loop keeps in memory. All of it can be made anew from the archive, but for what is under way."""

from collections import Counter
from dataclasses import dataclass, field

from dgm.evaluations import wilson
from dgm.evolve.budget import Budget
from dgm.evolve.oversight import Oversight
from dgm.evolve.population import Cell, Population
from dgm.evolve.progress import Progress, Reason
from dgm.evolve.ranking import Standing
from dgm.values import Lease, OpenLease, Spent, Work, WorkKind


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A piece of work that was submitted.

    Args:
        lease: what it may spend.
        agent: the one that is measured, or the parent; None for the screening of a founder.
        name: the task, or the founder.
        number: of the trial or the attempt; of a screening, its lease's.
        digest: of the agent's tree.
        tripwires: their digest, where it is a trial on one of them.
    """

    kind: WorkKind
    lease: Lease
    agent: int | None
    name: str
    number: int
    digest: str
    tripwires: str = ""

    def __str__(self) -> str:
        match self.kind:
            case WorkKind.TRIAL:
                return f"a{self.agent} on {self.name!r}"
            case WorkKind.ATTEMPT:
                return f"attempt {self.number} of a{self.agent}"
            case WorkKind.SCREENING:
                return f"the screening of {self.name!r}"

    def holds(self, lease: OpenLease) -> bool:
        """Tell whether it works on this lease."""
        match self.kind:
            case WorkKind.TRIAL:
                return lease.trial_id == self.number
            case WorkKind.ATTEMPT:
                return lease.attempt_id == self.number
            case WorkKind.SCREENING:
                return lease.lease_id == self.number

    def charge(self, spent: Spent, retries: int) -> Spent:
        """Return what it cost: its outcome's spending, and a whole lease for each start that came to nothing."""
        lost = self.lease.whole
        return sum([lost] * retries, spent)


@dataclass(frozen=True, slots=True)
class Halt:
    """Why the loop must not go on."""

    reason: Reason
    detail: str


@dataclass(slots=True)
class Books:
    """The loop's memory.

    Args:
        oversight: keeps the population's `flagged` and `barred`.
        under_way: by the id of the work.
        ready: work under way that is still to be submitted, once the archive holds its leases.
        said: what happened since the last progress.
        failed_tries: by agent and task, how often the infrastructure failed the trial.
        failed_in_a_row: pieces of work that the infrastructure failed since one went through.
    """

    population: Population
    budget: Budget
    oversight: Oversight
    under_way: dict[str, UnderWay] = field(default_factory=dict)
    ready: list[Work] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failed_tries: Counter[tuple[int, str]] = field(default_factory=Counter)
    failed_in_a_row: int = 0

    def opened(self, ready: Work, work: UnderWay) -> None:
        """Note work that is to be submitted."""
        self.ready.append(ready)
        self.under_way[ready.work_id] = work
        self.budget = self.budget.opened(work.kind, work.lease)
        if work.agent is not None and work.kind is WorkKind.TRIAL:
            self._open_trial(work.agent, work)
        if work.agent is not None and work.kind is WorkKind.ATTEMPT:
            self.population.open_attempt(work.agent)

    def _open_trial(self, agent: int, work: UnderWay) -> None:
        if work.tripwires:
            self.oversight.wires.opened(agent)
        else:
            self.population.open_trial(agent, work.name)

    def reopen_trial(self, agent: int, work: UnderWay) -> None:
        """Put a trial back that ended without a verdict."""
        if work.tripwires:
            self.oversight.wires.reopened(agent)
        else:
            self.population.reopen_trial(agent, work.name)

    def close_trial(self, agent: int, work: UnderWay, cell: Cell) -> None:
        """Count a trial's end. One on a tripwire counts in no score."""
        if work.tripwires:
            self.oversight.tried(agent, given_up=cell is Cell.GIVEN_UP)
        else:
            self.population.close_trial(agent, work.name, cell)
            self.oversight.measured(agent)

    def add(self, parent: int | None, *, eligible: bool) -> None:
        """Add an agent."""
        self.population.add(parent, eligible=eligible)
        self.oversight.grow()

    def settled(self, work: UnderWay, spent: Spent, *, counts: bool = True) -> None:
        """Note what ended work cost."""
        self.budget = self.budget.settled_with(work.kind, work.lease, spent, counts=counts)


def progress_of(books: Books, slots: int, best: Standing | None, waits_for: str) -> Progress:
    """Return what is told of the state now."""
    return Progress(
        busy=len(books.under_way),
        slots=slots,
        trials=books.budget.trials,
        attempts=books.budget.attempts,
        agents=len(books.population),
        best=None if best is None else best.agent,
        best_score=wilson(0, 0) if best is None else best.score,
        hours=books.budget.hours,
        tokens=books.budget.settled.tokens,
        cost_usd=books.budget.settled.cost_usd,
        spent_of_budget=books.budget.used,
        events=tuple(books.said),
        waits_for=waits_for,
    )
