"""Many simulated searches, on all cores: each is a function of its case alone."""

import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self, get_args

from dgm.config import EvolveSection, RunConfig
from dgm.simulation.families import Family, family_of
from dgm.simulation.landscape import Landscape
from dgm.simulation.running import SimulatedRun, config_of, run_simulation

STRATEGIES: tuple[str, ...] = get_args(EvolveSection.model_fields["strategy"].annotation)
"""The names of all strategies, as in run.toml."""

_AT_ONCE = 4
"""Cases that a process is given together."""


@dataclass(frozen=True, slots=True)
class Case:
    """One search of one landscape; the configuration's seed is the landscape's too."""

    family: Family
    config: RunConfig
    slots: int

    @classmethod
    def of(cls, family: str, evolve: EvolveSection, seed: int, trials: int, slots: int) -> Self:
        """Return the search of a named family with a budget of so many trials. Raises ConfigError."""
        named = family_of(family)
        return cls(named, config_of(named, evolve, trials=trials, seed=seed), slots)

    def run(self) -> SimulatedRun:
        """Search."""
        return run_simulation(self.config, Landscape(self.family, self.config.seed), self.slots)


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
