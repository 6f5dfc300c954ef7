"""What is searched: which strategies, as they were published, on which landscapes, with which budgets.

What is fixed here looks at no strategy of our own: the seeds, the budgets, and the targets. A target is the 40 %
quantile of the true skill that `dgm` chooses after 800 trials, on seeds that are used for nothing else, but at least
0.05 above the founder; `python -m benchmarks.search targets` measures them.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from dgm.config import EvolveSection
from dgm.simulation import FAMILIES, STRATEGIES, Case, Half, family_of, half_of, run_all

PUBLISHED = ("dgm", "dgmh", "hgm", "sica", "greedy", "random", "no-archive", "no-self-improvement")
OURS = tuple(name for name in STRATEGIES if name not in PUBLISHED)
"""With the settings that are the defaults; the published ones keep every functioning child."""

SEES_BUDGET = {*OURS, "hgm"}
"""Strategies that look at what is left of the budget. Others' choice after few trials is read from a longer search."""

SEEDS = 100
SLOTS = 8
SMALL, MIDDLE, LARGE = 200, 800, 3200
"""Trials. The largest is for ours, `dgm` and `hgm`, on the families that are for reporting."""

TARGET_SEEDS = range(1000, 1100)
TARGET_QUANTILE = 0.4
LEAST_ABOVE_FOUNDER = 0.05

TARGETS: Mapping[str, float] = {
    "broken-30": 0.339,
    "broken-70": 0.339,
    "calibrated": 0.267,
    "irt-hard": 0.13,
    "jumps": 0.271,
    "noisy": 0.284,
    "plateau": 0.298,
    "steady": 0.334,
    "tied": 0.378,
    "untied": 0.393,
    "valley-deep": 0.45,
    "valley-wide": 0.425,
}


def section_of(strategy: str) -> EvolveSection:
    """Return how a strategy is set."""
    settings = {"strategy": strategy, **({"retention": "keep_all"} if strategy in PUBLISHED else {})}
    return EvolveSection.model_validate(settings)


def strategies() -> tuple[str, ...]:
    """Return the names of the strategies that there are."""
    return tuple(name for name in (*OURS, *PUBLISHED) if name in STRATEGIES)


def planned(seeds: int) -> Iterator[Case]:
    """Yield every search, those of one seed together, so that a benchmark that is cut short is complete for some."""
    for seed in range(seeds):
        for family in FAMILIES:
            for strategy in strategies():
                for trials in budgets(strategy, family):
                    yield Case.of(family, section_of(strategy), seed, trials, SLOTS)


def budgets(strategy: str, family: str) -> tuple[int, ...]:
    """Return with how many trials a strategy searches a family."""
    long = strategy in {*OURS, "dgm", "hgm"} and half_of(family) is Half.REPORTING
    return (*((SMALL,) if strategy in SEES_BUDGET else ()), MIDDLE, *((LARGE,) if long else ()))


def measure_targets(processes: int) -> dict[str, float]:
    """Return the target of each family, rounded to three digits."""
    cases = [Case.of(family, section_of("dgm"), seed, MIDDLE, SLOTS) for family in FAMILIES for seed in TARGET_SEEDS]
    chosen: dict[str, list[float]] = {family: [] for family in FAMILIES}
    for case, run in run_all(cases, processes):
        chosen[case.family.name].append(run.pick_skill)
    return {
        family: round(
            max(float(np.quantile(skills, TARGET_QUANTILE)), family_of(family).founder + LEAST_ABOVE_FOUNDER), 3
        )
        for family, skills in chosen.items()
    }
