"""How much more it would take to show a gain such as the one that was seen. Pure, and rough: "about".

The normal approximation of the paired test's power, with the gain and the scatter that were seen (Lachin 1992; Miller
2024, arXiv 2411.00640, section 5). The scatter of the tasks' mean gains has two parts: what differs between tasks, and
what repeats of one task average out.
"""

from dataclasses import dataclass
from math import ceil, log2
from statistics import NormalDist

import numpy as np

from dgm.evaluations.statistics.pairs import Pairs, gain, padded_gains

POWER = 0.8
"""How often a gain as large as the one that was seen would be shown."""

CHANCE = 0.5
"""Share of the scatter that is taken to be within tasks where one repeat cannot tell."""


@dataclass(frozen=True, slots=True)
class Need:
    """What would show the gain, in all, not in addition.

    Args:
        tasks: with as many repeats.
        repeats: on the same tasks; None: no number of repeats would, as the tasks differ too much or are too few.
    """

    tasks: int
    repeats: int | None


def least_tasks(level: float) -> int:
    """Return how many tasks an exact two-sided test needs at least to reach a level, were each of them won."""
    return ceil(1 - log2(level) - 1e-9)


def need(pairs: Pairs, level: float) -> Need | None:
    """Return what would show the gain in four of five tries; None where nothing was gained.

    Args:
        level: of the two-sided test that is to come.
    """
    seen = gain(pairs).estimate
    if seen <= 0:
        return None
    normal = NormalDist()
    errors = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(POWER)
    between, within = _scatter(pairs)
    enough_tasks = ceil((between + within / pairs.repeats) * (errors / seen) ** 2)
    tasks = max(enough_tasks, least_tasks(level), pairs.tasks + 1)
    room = pairs.tasks * (seen / errors) ** 2 - between
    if pairs.tasks < least_tasks(level) or room <= 0:
        return Need(tasks, None)
    return Need(tasks, max(ceil(within / room), pairs.repeats + 1))


def _scatter(pairs: Pairs) -> tuple[float, float]:
    """Return the variance of a task's true gain, and that of one repeat around it."""
    scatter = float(padded_gains(pairs).var(ddof=1))
    if pairs.repeats == 1:
        return (1 - CHANCE) * scatter, CHANCE * scatter
    rates = np.array([pairs.ours, pairs.theirs]) / pairs.repeats
    within = float((rates * (1 - rates)).sum(axis=0).mean()) * pairs.repeats / (pairs.repeats - 1)
    return max(0.0, scatter - within / pairs.repeats), within
