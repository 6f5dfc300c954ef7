"""What a decision costs, and the recording of an outcome: each strategy, by the number of agents.

The archive is a random tree, measured on ten tasks each. Medians of CPU time, each choice after a new outcome, and the
slowest of them; beside them the time for one draw of a Beta variable for each agent, the bare minimum of Thompson
sampling, and for one exponential and one cumulated sum over all agents, that of a weighted draw. The aims: to choose
under 1 ms at 10,000 agents and under 5 ms at 100,000.

    python benchmarks/choosing.py [--agents 300 10000 100000]
"""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from dgm.config import BudgetSection, EvolveSection, LeaseSection
from dgm.evolve import Budget, Population, Staging, open_strategy
from dgm.evolve.population import NO_PARENT, Cell
from dgm.evolve.staging import Measuring

TASKS = 60
STAGE = 10
RECORDINGS = 2000

Floats = NDArray[np.float64]


@cache
def archive(agents: int, measuring: Measuring) -> Population:
    """Return a random tree of agents, of which none is owed a trial: no child has earned a second stage."""
    rng = np.random.default_rng(0)
    sizes = (STAGE,) if measuring is Measuring.WHOLE else (STAGE, TASKS)
    staging = Staging.of(sizes, (1.0,), TASKS, measuring=measuring)
    population = Population([f"t{i}" for i in range(TASKS)], staging)
    for number in range(agents):
        population.add(None if number == 0 else int(rng.integers(number)))
        resolved = rng.random(staging.last if number == 0 else STAGE) < rng.uniform(0, 0.7)
        resolved[0] = False
        for task, is_resolved in zip(population.tasks, resolved, strict=False):
            population.open_trial(number, task)
            population.close_trial(number, task, Cell.RESOLVED if is_resolved else Cell.UNRESOLVED)
    return population


def milliseconds(act: Callable[[], object], times: int, before: Callable[[], object] = lambda: None) -> Floats:
    """Return the CPU time of acts, which other programs on the machine disturb less than wall time; shape (times,).

    Args:
        before: done before each, not timed.
    """
    took = []
    for _ in range(times):
        before()
        start = time.thread_time()
        act()
        took.append(time.thread_time() - start)
    return np.array(took) * 1e3


def outcomes(population: Population) -> Iterator[None]:
    """Count one more failure at each step, of another agent, so that a choice has something new to take in."""
    for task in population.tasks[STAGE:]:
        for agent in range(1, min(len(population), RECORDINGS)):
            if population.cells[agent, population.index[task]] == Cell.NEW:
                population.open_trial(agent, task)
                population.close_trial(agent, task, Cell.UNRESOLVED)
                yield


def recording(population: Population) -> tuple[float, int]:
    """Return the median milliseconds to start a trial and count its end, for the deepest agent, and its depth."""
    depths = [0]
    for parent in population.parent[1:].tolist():
        depths.append(depths[parent] + 1 if parent != NO_PARENT else 0)
    deepest = int(np.argmax(depths))
    child = population.add(deepest)
    tasks = iter(population.tasks * RECORDINGS)

    def record() -> None:
        task = next(tasks)
        population.open_trial(child, task)
        population.close_trial(child, task, Cell.UNRESOLVED)
        population.cells[child] = Cell.NEW

    return float(np.median(milliseconds(record, RECORDINGS))), depths[deepest] + 1


def report(agents: int) -> None:
    """Print the table of one size."""
    rng = np.random.default_rng(0)
    counts = rng.integers(0, STAGE, (2, agents)) + 1.0
    times = 200 if agents <= 10_000 else 30
    beta = np.median(milliseconds(lambda: rng.beta(*counts), times))
    weighted = np.median(milliseconds(lambda: np.exp(counts[0]).cumsum().searchsorted(rng.random()), times))
    print(f"\n{agents:,} agents: bare Beta draws {beta:.3f} ms, bare weighted draw {weighted:.3f} ms")
    print("  strategy              choose ms   slowest   pick ms")
    budget = Budget(BudgetSection(trials=10**9), LeaseSection(), attempts=10**6)
    names = get_args(EvolveSection.model_fields["strategy"].annotation)
    for strategy in [open_strategy(EvolveSection(strategy=name)) for name in names]:
        population = archive(agents, strategy.measuring)
        news = outcomes(population)
        strategy.choose(population, budget, rng)
        choose = milliseconds(lambda: strategy.choose(population, budget, rng), times, lambda: next(news))  # noqa: B023 - called at once
        pick = np.median(milliseconds(lambda: strategy.pick(population), times))  # noqa: B023 - called at once
        print(f"  {strategy.name:20s}  {np.median(choose):9.3f}  {choose.max():8.3f}  {pick:8.3f}")
    cost, depth = recording(archive(agents, Measuring.STAGES))
    print(f"  to start a trial and count its end, {depth} deep: {cost * 1e3:.1f} us")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, nargs="+", default=[300, 10_000, 100_000])
    for agents in parser.parse_args().agents:
        report(agents)


if __name__ == "__main__":
    main()
