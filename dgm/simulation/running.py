"""One search on a landscape: the real loop with a virtual clock, an archive in memory and a modelled executor."""

from collections.abc import Callable
from dataclasses import dataclass

from dgm.config import BudgetSection, EvolveSection, LeaseSection, RunConfig, SuiteSection
from dgm.evolve import Loop, ModelNames, Progress, best_agent
from dgm.simulation.clock import VirtualClock
from dgm.simulation.executor import VirtualExecutor
from dgm.simulation.families import ENDLESS_S, Family
from dgm.simulation.landscape import Landscape, SimulatedAgent
from dgm.simulation.memory import MemoryArchive
from dgm.simulation.worker import SimulatedWorker

_MODELS = ModelNames("simulated", "simulated", "simulated")
_ENDLESS = LeaseSection(
    trial_tokens=10**12,
    attempt_tokens=10**12,
    trial_cost_usd=1e9,
    attempt_cost_usd=1e9,
    attempt_timeout_s=ENDLESS_S,
)


Begin = Callable[[MemoryArchive, SimulatedWorker], None]


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
        choice: the number of the final one.
        observed_skill: of the agent with the highest observed score, whatever the strategy chose.
        best_skill: of all agents in the archive.
        agents: in the archive, the founder among them.
        hours: virtual, to the end of the last work.
        busy_share: of the slots' time.
        busy_before_drain: the same up to when every slot was busy for the last time.
    """

    course: tuple[Moment, ...]
    choice: int
    founder_skill: float
    pick_skill: float
    observed_skill: float
    best_skill: float
    agents: int
    attempts: int
    trials: int
    tokens: int
    cost_usd: float
    hours: float
    busy_share: float
    busy_before_drain: float

    @property
    def regret(self) -> float:
        """How much better than the choice the best agent in the archive is."""
        return self.best_skill - self.pick_skill

    @property
    def observed_regret(self) -> float:
        """How much better it is than the agent with the highest observed score."""
        return self.best_skill - self.observed_skill

    def reached(self, skill: float) -> Moment | None:
        """Return when the choice was first this good; None: never."""
        return next((moment for moment in self.course if moment.pick_skill >= skill), None)

    def chosen_after(self, trials: int) -> float:
        """Return the true skill of what it would have chosen when so many trials had ended."""
        return [moment for moment in self.course if moment.trials <= trials][-1].pick_skill


def config_of(family: Family, evolve: EvolveSection, *, trials: int, seed: int = 0) -> RunConfig:
    """Return the configuration of a search with a budget of so many trials, and leases that cut nothing short.

    There may be as many attempts, so that a search ends that makes broken children only.
    """
    suite = SuiteSection(name="simulated", stages=list(family.stages))
    budget = BudgetSection(trials=trials, attempts=trials)
    return RunConfig(seed=seed, founders=["simulated"], suite=suite, budget=budget, leases=_ENDLESS, evolve=evolve)


class Simulation:
    """A search of a landscape as a run is told; run once. Where several founders are named, they are alike.

    `archive` is what it remembers, to look at afterwards.

    Args:
        begin: fills the archive before the search goes to work; it begins with nothing where left out.
    """

    def __init__(self, config: RunConfig, landscape: Landscape, slots: int, *, begin: Begin | None = None) -> None:
        clock = VirtualClock()
        self.archive = MemoryArchive(clock)
        self.worker = SimulatedWorker(landscape)
        if begin is not None:
            begin(self.archive, self.worker)
        self._executor = VirtualExecutor(self.worker, clock, slots)
        self._course: list[Moment] = []
        self._choice: int | None = None
        self._loop = Loop(
            config,
            self.worker.suite,
            dict.fromkeys(config.founders, self.worker.founder),
            _MODELS,
            self.archive,
            self._executor,
            clock,
            observer=self._note,
            by_source=False,
        )

    def run(self) -> SimulatedRun:
        """Search to the end of the budget."""
        end = self._loop.run()
        totals, observed = self.archive.totals(), best_agent(self._loop.population)
        choice = 0 if end.best is None else end.best.agent
        skills = [self.agent(number).true_skill for number in range(totals.agents)]
        return SimulatedRun(
            course=tuple(self._course),
            choice=choice,
            founder_skill=skills[0],
            pick_skill=skills[choice],
            observed_skill=skills[observed or 0],
            best_skill=max(skills),
            agents=totals.agents,
            attempts=totals.attempts,
            trials=totals.trials,
            tokens=totals.spent.tokens,
            cost_usd=totals.spent.cost_usd,
            hours=totals.hours,
            busy_share=self._executor.busy_share,
            busy_before_drain=self._executor.busy_before_drain,
        )

    def agent(self, number: int) -> SimulatedAgent:
        """Return an agent with what is latent in it, which no strategy can see."""
        return self.worker.agent(self.archive.tree(number))

    def _note(self, progress: Progress) -> None:
        if progress.best is None or progress.best == self._choice:
            return
        self._choice = progress.best
        skill = self.agent(progress.best).true_skill
        self._course.append(Moment(progress.trials, progress.attempts, progress.cost_usd, progress.hours, skill))


def run_simulation(config: RunConfig, landscape: Landscape, slots: int) -> SimulatedRun:
    """Search a landscape to the end of the budget."""
    return Simulation(config, landscape, slots).run()
