"""Many simulated searches, on all cores: each is a function of its case alone."""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Self, get_args

from dgm.config import EvolveSection, RunConfig
from dgm.simulation.families import Family, family_of
from dgm.simulation.landscape import Landscape
from dgm.simulation.running import SimulatedRun, config_of, run_simulation

STRATEGIES: tuple[str, ...] = get_args(EvolveSection.model_fields["strategy"].annotation)
"""The names of all strategies, as in run.toml."""

_AHEAD = 4
"""Cases that wait for each process, so that none is ever without work."""


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

    Raises:
        BrokenProcessPool: a process was killed; what was yielded stands.
    """
    if processes == 1:
        yield from map(_run, cases)
        return
    waiting = iter(cases)
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        pending = {pool.submit(_run, case) for case in islice(waiting, _AHEAD * processes)}
        while pending:
            ended, pending = wait(pending, return_when=FIRST_COMPLETED)
            pending |= {pool.submit(_run, case) for case in islice(waiting, len(ended))}
            yield from (future.result() for future in ended)


def _run(case: Case) -> tuple[Case, SimulatedRun]:
    return case, case.run()
