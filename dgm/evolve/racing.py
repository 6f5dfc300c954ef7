"""Racing: whether a series of trials can still earn its agent the next stage. Pure.

The trials of a stage that have ended tell what those that are left will bring: with a uniform prior on the share that
the agent resolves, the number of further tasks that it resolves is Beta-binomial. In whole numbers that is a sum of
products of binomial coefficients, so it is computed exactly: a series that must succeed has chance 1, one that cannot
has chance 0. Tasks are taken as alike; a hard one that comes late is not known to be hard.
"""

from functools import lru_cache
from math import comb


def chance_to_earn(needed: int, left: int, resolved: int, ended: int) -> float:
    """Return the posterior predictive probability that at least `needed` of the tasks that are left are resolved.

    Args:
        left: tasks that have no outcome yet, those under way too.
        resolved: of the `ended` tasks.

    Raises:
        ValueError: `resolved` is not within 0 and `ended`.
    """
    if not 0 <= resolved <= ended:
        raise ValueError(f"{resolved} resolved of {ended} is not a proportion")
    if needed <= 0:
        return 1.0
    if needed > left:
        return 0.0
    failed = ended - resolved
    ways = sum(comb(resolved + k, k) * comb(failed + left - k, left - k) for k in range(needed, left + 1))
    return ways / comb(ended + left + 1, left)


@lru_cache(maxsize=256)
def least_resolved(size: int, needed: int, least_chance: float) -> tuple[int, ...]:
    """Return, for each number of ended tasks of a stage, how many must be resolved for the series to go on.

    Args:
        size: tasks of the stage.
        needed: tasks of it that earn the next.
        least_chance: of earning it; below, the series stops. 0: it never does.
    """
    return tuple(_least(size, needed, least_chance, ended) for ended in range(size + 1))


def _least(size: int, needed: int, least_chance: float, ended: int) -> int:
    """Return the first count with chance enough; one more resolved never lowers the chance."""
    low, high = 0, min(needed, ended + 1)
    while low < high:
        middle = (low + high) // 2
        if chance_to_earn(needed - middle, size - ended, middle, ended) >= least_chance:
            high = middle
        else:
            low = middle + 1
    return low
