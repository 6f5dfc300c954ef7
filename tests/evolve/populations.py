"""Populations for tests of strategies: described, so that they can be relabelled or made worse, and built."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from hypothesis import strategies as st

from dgm.config import BudgetSection, EvolveSection, LeaseSection
from dgm.evolve import Budget, Evaluate, Expand, Population, Staging, Strategy, Wait, open_strategy
from dgm.evolve.population import NO_PARENT, Cell
from dgm.values import Lease, Spent, WorkKind

TASKS = tuple(f"t{i}" for i in range(8))
PROMOTE = (0.5,)
NOTHING = Lease(0, 0.0, 0.0)
BUDGET = Budget(BudgetSection(trials=100_000), LeaseSection())

STRATEGIES: dict[str, Strategy] = {
    name: open_strategy(EvolveSection(strategy=name))  # type: ignore[arg-type]
    for name in ("dgm", "dgmh", "hgm", "sica", "greedy", "random", "no-archive", "no-self-improvement", "latent")
}


def rng_of(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def staging_for(strategy: Strategy, *, racing: float = 0.0) -> Staging:
    return Staging.of((3, len(TASKS)), PROMOTE, len(TASKS), racing=racing, measuring=strategy.measuring)


@dataclass(frozen=True)
class Described:
    """One agent. `cells` holds what its tasks came to, in suite order; None: not run, PENDING: under way."""

    parent: int = NO_PARENT
    cells: tuple[Cell | None, ...] = ()
    eligible: bool = True
    barred: bool = False
    flagged: bool = False
    expanding: int = 0


def build(agents: Sequence[Described], staging: Staging) -> Population:
    """Build a population; cells stand even where a series would not have come so far."""
    population = Population(TASKS, staging)
    for number, agent in enumerate(agents):
        population.add(None if agent.parent == NO_PARENT else agent.parent, eligible=agent.eligible)
        for task, cell in zip(TASKS, agent.cells, strict=False):
            if cell is not None:
                population.open_trial(number, task)
            if cell is not None and cell is not Cell.PENDING:
                population.close_trial(number, task, cell)
        population.set_oversight(number, flagged=agent.flagged, barred=agent.barred)
        for _ in range(agent.expanding):
            population.open_attempt(number)
    return population


OUTCOMES = (Cell.RESOLVED, Cell.RESOLVED, Cell.UNRESOLVED, Cell.UNRESOLVED, Cell.GIVEN_UP, Cell.PENDING, None)


def described() -> st.SearchStrategy[list[Described]]:
    """Give agents, parents before children, the first a founder; some are barred or flagged, some not measured."""
    return st.integers(0, 2**32).map(_described)


def settled(staging: Staging) -> st.SearchStrategy[list[Described]]:
    """Give agents of which none waits: all tasks have ended or are under way, or those of a first stage not passed."""
    return st.integers(0, 2**32).map(lambda seed: [_settled(agent, staging) for agent in _described(seed)])


def _described(seed: int) -> list[Described]:
    """Draw from one number of hypothesis: many times faster than if it drew each cell."""
    rng = Random(seed)
    return [_agent(rng, number) for number in range(rng.randint(1, 6))]


def _agent(rng: Random, number: int) -> Described:
    founder = number == 0 or rng.random() < 0.15
    outcomes = OUTCOMES[:5] if rng.random() < 0.5 else OUTCOMES
    return Described(
        parent=NO_PARENT if founder else rng.randrange(number),
        cells=tuple(rng.choices(outcomes, k=len(TASKS))),
        eligible=rng.random() < 0.6,
        barred=rng.random() < 0.2,
        flagged=rng.random() < 0.2,
        expanding=rng.randint(0, 2),
    )


def _settled(agent: Described, staging: Staging) -> Described:
    cells = tuple(cell or Cell.UNRESOLVED for cell in agent.cells)
    if agent.parent != NO_PARENT and Cell.PENDING in cells:
        third = cells[2] if cells[2] is Cell.PENDING else Cell.UNRESOLVED
        later = Cell.PENDING if staging.first == staging.last else None
        return replace(agent, cells=(cells[0], Cell.UNRESOLVED, third, *[later] * (len(TASKS) - 3)))
    return replace(agent, cells=cells)


def relabelled(agents: Sequence[Described], order: Sequence[int]) -> list[Described]:
    """Return the agents in another order, their parents' numbers changed with it; `order[new] == old`."""
    new_of = {old: new for new, old in enumerate(order)} | {NO_PARENT: NO_PARENT}
    return [replace(agents[old], parent=new_of[agents[old].parent]) for old in order]


@st.composite
def orders(draw: st.DrawFn, agents: Sequence[Described]) -> list[int]:
    """Return an order in which every parent still comes before its children."""
    order: list[int] = []
    while len(order) < len(agents):
        free = [i for i, a in enumerate(agents) if i not in order and (a.parent == NO_PARENT or a.parent in order)]
        order.append(draw(st.sampled_from(free)))
    return order


def play(
    strategy: Strategy,
    population: Population,
    *,
    steps: int,
    resolves: float,
    seed: int = 0,
    slots: int = 3,
    broken: float = 0.3,
    budget: Budget = BUDGET,
) -> list[Evaluate | Expand]:
    """Let a strategy decide, and let work end in a random order. Returns its decisions.

    Counts what is asked as the loop does: a trial that has ended or is under way raises.
    """
    rng, decisions = rng_of(seed), []
    under_way: list[tuple[int, str | None]] = []
    for _ in range(steps):
        action = strategy.choose(population, budget, rng) if len(under_way) < slots else Wait()
        match action:
            case Evaluate():
                decisions.append(action)
                for task in action.tasks[: slots - len(under_way)]:
                    population.open_trial(action.agent, task)
                    budget = budget.opened(WorkKind.TRIAL, NOTHING)
                    under_way.append((action.agent, task))
            case Expand():
                decisions.append(action)
                population.open_attempt(action.agent)
                budget = budget.opened(WorkKind.ATTEMPT, NOTHING)
                under_way.append((action.agent, None))
            case Wait() if not under_way:
                return decisions
            case Wait():
                agent, task = under_way.pop(int(rng.integers(len(under_way))))
                kind = WorkKind.ATTEMPT if task is None else WorkKind.TRIAL
                budget = budget.settled_with(kind, NOTHING, Spent())
                _end(population, agent, task, rng, resolves, broken)
    return decisions


def _end(
    population: Population, agent: int, task: str | None, rng: np.random.Generator, resolves: float, broken: float
) -> None:
    if task is None:
        population.close_attempt(agent)
        if rng.random() >= broken:
            population.add(agent)
    elif rng.random() < 0.1:
        population.reopen_trial(agent, task)
    else:
        population.close_trial(agent, task, Cell.RESOLVED if rng.random() < resolves else Cell.UNRESOLVED)
