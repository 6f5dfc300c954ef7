"""Many simulated searches, on all cores: each is a function of its case alone."""

import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dgm.config import EvolveSection
from dgm.simulation.families import family_of
from dgm.simulation.landscape import Landscape
from dgm.simulation.running import SimulatedRun, config_of, run_simulation

_AT_ONCE = 4
"""Cases that a process is given together."""


@dataclass(frozen=True, slots=True)
class Case:
    """One search: a strategy on one landscape, with a budget of so many trials."""

    family: str
    evolve: EvolveSection
    seed: int
    trials: int
    slots: int

    def run(self) -> SimulatedRun:
        """Search. Raises ConfigError for an unknown family."""
        family = family_of(self.family)
        config = config_of(family, self.evolve, trials=self.trials, seed=self.seed)
        return run_simulation(config, Landscape(family, self.seed), self.slots)


def run_all(cases: Iterable[Case], processes: int = 1) -> Iterator[tuple[Case, SimulatedRun]]:
    """Search all cases, and yield each as it ends.

    Args:
        processes: 1: in this one, in order.
    """
    if processes == 1:
        yield from map(_run, cases)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_run, cases, chunksize=_AT_ONCE)


def _run(case: Case) -> tuple[Case, SimulatedRun]:
    return case, case.run()
