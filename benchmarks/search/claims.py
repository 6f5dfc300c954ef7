"""How often `confirm` says "confirmed" after searches in which nothing can improve.

In `nothing changes`, every child has its parent's skill, and only luck with single tasks differs: the hardest case. In
`all are worse or the same`, no edit helps. The search's choice is tested on a holdout of its own, against the founder
alone, and against the founder and the same founder with two tries a task, the better of which counts.
"""

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat

from benchmarks.search.cases import section_of
from benchmarks.search.tables import show
from dgm.evaluations import wilson
from dgm.evaluations.statistics import Pairs, Word, rule
from dgm.simulation import Family, Landscape, Simulation, config_of, family_of

RUNS = 1000
TRIALS = 200
HOLDOUT, REPEATS = 40, 3
STRATEGY = "dgm"
STEADY = family_of("steady")
NULLS = {
    "nothing changes": replace(STEADY, edits=replace(STEADY.edits, helpful=0.0, harmful=0.0)),
    "all are worse or the same": replace(STEADY, edits=replace(STEADY.edits, helpful=0.0)),
}
FOUNDER, WITH_CONTROL = "against the founder", "and the founder with two tries"


def main(processes: int) -> None:
    """Print the table."""
    rows = []
    for name, family in NULLS.items():
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
            words = list(pool.map(ruled, repeat(family), range(RUNS), chunksize=8))
        for column, against in enumerate((FOUNDER, WITH_CONTROL)):
            said = Counter(word[column] for word in words)
            rate = wilson(said[Word.CONFIRMED], RUNS)
            false = f"{rate.estimate:.1%} [{rate.low:.1%}, {rate.high:.1%}]"
            rows.append([f"{name}, {against}", str(RUNS), str(said[Word.CONFIRMED]), false])
    note = f"`{STRATEGY}`, {TRIALS} trials; {HOLDOUT} tasks of the holdout, {REPEATS} repeats. Intervals: Wilson, 95 %."
    show("False claims of `confirm`", ["runs in which", "runs", "confirmed", "share"], rows, note)


def ruled(family: Family, seed: int) -> tuple[Word, Word]:
    """Return what is said of the choice of one search: against the founder, and with the control too."""
    landscape = Landscape(family, seed)
    search = Simulation(config_of(family, section_of(STRATEGY), trials=TRIALS, seed=seed), landscape, 8)
    choice = search.agent(search.run().choice)
    if choice.path == landscape.founder.path:
        return Word.NOT_CONFIRMED, Word.NOT_CONFIRMED
    ours = landscape.holdout(choice, HOLDOUT, REPEATS)
    theirs = landscape.holdout(landscape.founder, HOLDOUT, 3 * REPEATS)
    founder = Pairs.of(ours, theirs[:, :REPEATS])
    twice = theirs[:, REPEATS:].reshape(HOLDOUT, REPEATS, 2).any(axis=2)
    both = {"founder": founder, "control": Pairs.of(ours, twice)}
    return rule({"founder": founder}).word, rule(both).word
