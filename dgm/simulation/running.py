"""One search on a landscape: the real loop with a virtual clock, an archive in memory and a modelled executor."""

from dataclasses import dataclass, field

from dgm.config import BudgetSection, EvolveSection, LeaseSection, RunConfig, SuiteSection
from dgm.evolve import Loop, ModelNames, Progress
from dgm.simulation.clock import VirtualClock
from dgm.simulation.executor import VirtualExecutor
from dgm.simulation.families import Family
from dgm.simulation.landscape import Landscape
from dgm.simulation.memory import MemoryArchive
from dgm.simulation.worker import TRIAL_S, SimulatedWorker

_MODELS = ModelNames("simulated", "simulated", "simulated")
_ENDLESS = LeaseSection(
    trial_tokens=10**12,
    attempt_tokens=10**12,
    trial_cost_usd=1e9,
    attempt_cost_usd=1e9,
    attempt_timeout_s=TRIAL_S,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A search at some time. `pick_skill` is the true skill of the agent that it would choose then."""

    trials: int
    attempts: int
    cost_usd: float
    hours: float
    pick_skill: float


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """What a search came to. Skills are true ones: expected shares of an infinite pool of tasks.

    Args:
        course: whenever the choice changed, oldest first.
        best_skill: of all agents in the archive.
        agents: in the archive, the founder among them.
        hours: virtual, to the end of the last work.
        busy_share: of the slots' time.
    """

    course: tuple[Moment, ...]
    founder_skill: float
    pick_skill: float
    best_skill: float
    agents: int
    attempts: int
    trials: int
    tokens: int
    cost_usd: float
    hours: float
    busy_share: float

    @property
    def regret(self) -> float:
        """How much better than the choice the best agent in the archive is."""
        return self.best_skill - self.pick_skill

    def reached(self, skill: float) -> Moment | None:
        """Return when the choice was first this good; None: never."""
        return next((moment for moment in self.course if moment.pick_skill >= skill), None)


def config_of(family: Family, evolve: EvolveSection, *, trials: int, seed: int = 0) -> RunConfig:
    """Return the configuration of a search with a budget of so many trials, and leases that cut nothing short."""
    suite = SuiteSection(name="simulated", stages=list(family.stages))
    budget = BudgetSection(trials=trials)
    return RunConfig(seed=seed, founders=["simulated"], suite=suite, budget=budget, leases=_ENDLESS, evolve=evolve)


def run_simulation(config: RunConfig, landscape: Landscape, slots: int) -> SimulatedRun:
    """Search a landscape as a run is told, to the end of its budget."""
    clock = VirtualClock()
    archive = MemoryArchive(clock)
    worker = SimulatedWorker(landscape)
    executor = VirtualExecutor(worker, clock, slots)
    watch = _Watch(archive, worker)
    founders = {"simulated": worker.founder}
    loop = Loop(config, worker.suite, founders, _MODELS, archive, executor, clock, observer=watch, by_source=False)
    end = loop.run()
    totals = archive.totals()
    skills = [watch.true_skill(number) for number in range(totals.agents)]
    return SimulatedRun(
        course=tuple(watch.course),
        founder_skill=landscape.founder.true_skill,
        pick_skill=skills[0 if end.best is None else end.best.agent],
        best_skill=max(skills),
        agents=totals.agents,
        attempts=totals.attempts,
        trials=totals.trials,
        tokens=totals.spent.tokens,
        cost_usd=totals.spent.cost_usd,
        hours=totals.hours,
        busy_share=executor.busy_s / (slots * 3600 * totals.hours),
    )


@dataclass(slots=True)
class _Watch:
    """Notes when the choice changes, and how good it is: what no strategy can see."""

    archive: MemoryArchive
    worker: SimulatedWorker
    course: list[Moment] = field(default_factory=list)
    best: int | None = None

    def __call__(self, progress: Progress) -> None:
        if progress.best is None or progress.best == self.best:
            return
        self.best = progress.best
        self.course.append(
            Moment(
                progress.trials,
                progress.attempts,
                progress.cost_usd,
                progress.hours,
                self.true_skill(progress.best),
            )
        )

    def true_skill(self, agent: int) -> float:
        return self.worker.agent(self.archive.tree(agent)).true_skill
