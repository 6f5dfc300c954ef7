"""How busy slots are at 2, 8, 64 and 512 of them, and how busy a barrier after each generation would leave them.

With the barrier, a generation is as many attempts as there are slots; a slot makes one child, measures it, and waits
for the slowest. The times are those that the same attempts and trials took in the run without a barrier.
"""

from collections import defaultdict

import numpy as np

from benchmarks.search.cases import section_of
from benchmarks.search.tables import cell, show
from dgm.ports import Archive
from dgm.simulation import Landscape, Simulation, config_of, family_of, mean

SLOTS = (2, 8, 64, 512)
TRIALS_A_SLOT = 200
LEAST_TRIALS = 2000
SEEDS = {2: 20, 8: 20, 64: 5, 512: 2}
STRATEGY, FAMILY = "dgm", "steady"


def main() -> None:
    """Print the table."""
    rows = [_row(slots) for slots in SLOTS]
    headers = ["slots", "trials", "seeds", "to the last drain", "in all", "with a barrier"]
    show(f"Busy share of slots, `{STRATEGY}` on `{FAMILY}` (mean over seeds)", headers, rows)


def _row(slots: int) -> list[str]:
    trials = max(LEAST_TRIALS, TRIALS_A_SLOT * slots)
    shares = [_shares(slots, trials, seed) for seed in range(SEEDS[slots])]
    estimates = [mean([share[i] for share in shares]) for i in range(3)]
    return [str(slots), f"{trials:,}", str(SEEDS[slots]), *(cell(estimate, ".1%") for estimate in estimates)]


def _shares(slots: int, trials: int, seed: int) -> tuple[float, float, float]:
    family = family_of(FAMILY)
    search = Simulation(
        config_of(family, section_of(STRATEGY), trials=trials, seed=seed), Landscape(family, seed), slots
    )
    run = search.run()
    return run.busy_before_drain, run.busy_share, with_a_barrier(search.archive, slots)


def with_a_barrier(archive: Archive, slots: int) -> float:
    """Return the busy share of slots that wait for one another after each child; a last generation must be whole."""
    measuring: dict[int, float] = defaultdict(float)
    for trial in archive.trials():
        measuring[trial.agent] += trial.spent.seconds
    seconds = [
        attempt.spent.seconds + (0.0 if attempt.child is None else measuring[attempt.child])
        for attempt in archive.attempts()
    ]
    generations = np.array(seconds[: len(seconds) // slots * slots]).reshape(-1, slots)
    return float(generations.sum() / (slots * generations.max(axis=1).sum()))
