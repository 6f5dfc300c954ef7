"""Two sides on the same tasks: the exact test, and the gain with its interval. Pure.

The tasks are the clusters: repeats of one task are first summed. With one repeat, the test is the exact McNemar test.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dgm.evaluations.statistics.beta import t_quantile
from dgm.values import Interval


@dataclass(frozen=True, slots=True)
class Pairs:
    """Of each task, how many of its `repeats` trials each side resolved.

    Raises:
        ValueError: the sides have not the same tasks, or a count is not within 0 and `repeats`.
    """

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    repeats: int = 1

    def __post_init__(self) -> None:
        if len(self.ours) != len(self.theirs):
            raise ValueError(f"{len(self.ours)} tasks are paired with {len(self.theirs)}: give the same tasks")
        if self.repeats < 1:
            raise ValueError(f"{self.repeats} repeats: give at least 1")
        for count in (*self.ours, *self.theirs):
            if not 0 <= count <= self.repeats:
                raise ValueError(f"{count} resolved of {self.repeats} repeats is not possible")

    @classmethod
    def of(cls, ours: ArrayLike, theirs: ArrayLike) -> Self:
        """Count outcomes, True for resolved; shape (tasks,) or (tasks, repeats)."""
        first, second = (_with_repeats(side) for side in (ours, theirs))
        if first.shape != second.shape:
            raise ValueError(f"shapes {first.shape} and {second.shape}: pair the same tasks and repeats")
        return cls(tuple(first.sum(axis=1).tolist()), tuple(second.sum(axis=1).tolist()), first.shape[1])

    @property
    def tasks(self) -> int:
        """How many there are."""
        return len(self.ours)

    @property
    def differences(self) -> tuple[int, ...]:
        """Of each task, how many more repeats our side resolved."""
        return tuple(a - b for a, b in zip(self.ours, self.theirs, strict=True))


def gain(pairs: Pairs, confidence: float = 0.95) -> Interval:
    """Return how much more of its trials our side resolved, with an interval within -1 and 1; its n counts the tasks.

    Bonett and Price's adjusted Wald interval for paired shares (2012, doi 10.3102/1076998611411915): a task won and a
    task lost are added, so that few tasks that happen to agree do not pass for certainty. Two changes: the scatter is
    that of the tasks' mean gains, so that repeats are clustered, and the quantile is Student's t, with one degree fewer
    than tasks, the two added ones counted. Without a task it is [-1, 1].
    """
    shares = padded_gains(pairs)
    n, centre = pairs.tasks, float(shares.mean())
    half = t_quantile(confidence, n + 1) * sqrt(float(shares.var(ddof=1)) / (n + 2))
    return Interval(float(shares.sum()) / max(n, 1), max(-1.0, centre - half), min(1.0, centre + half), n)


def padded_gains(pairs: Pairs) -> NDArray[np.float64]:
    """Return each task's mean gain, and at the end those of two tasks that are added: one won, one lost.

    With repeats they are smaller, as the scatter is that repeats leave: by their root.
    """
    added = 1 / sqrt(pairs.repeats)
    return np.array([*(d / pairs.repeats for d in pairs.differences), added, -added])


def mcnemar(won: int, lost: int) -> float:
    """Return the exact two-sided p-value of won against lost pairs (McNemar 1947, by the binomial distribution).

    Pairs that end alike tell nothing. The one-sided value, for more won than lost, is half of it.
    """
    n = won + lost
    tail = sum(comb(n, i) for i in range(max(won, lost), n + 1))
    return float(min(1.0, 2 * tail / 2**n))


def p_two_sided(pairs: Pairs) -> float:
    """Return the exact p-value for a gain or a loss as large as this, where no task prefers either side.

    Fisher's randomisation test (1935, section 21), tasks as units: were both sides alike, each task's difference could
    as well have had the other sign. The sum over all signs is computed whole, not drawn. Tasks with no difference tell
    nothing. With one repeat it is `mcnemar`.
    """
    total = sum(pairs.differences)
    return 1.0 if total == 0 else min(1.0, 2 * _upper_tail(pairs.differences, abs(total)))


def p_one_sided(pairs: Pairs) -> float:
    """Return the exact p-value for a gain as large as this; see `p_two_sided`."""
    return _upper_tail(pairs.differences, sum(pairs.differences))


def _upper_tail(differences: Sequence[int], at_least: int) -> float:
    """Return the chance that differences with random signs sum to at least this."""
    chance = np.ones(1)
    for size, tasks in Counter(abs(d) for d in differences if d).items():
        wider = np.zeros(len(chance) + 2 * size * tasks)
        for up in range(tasks + 1):
            wider[2 * size * up :][: len(chance)] += comb(tasks, up) / 2**tasks * chance
        chance = wider
    zero = len(chance) // 2
    return min(1.0, float(chance[max(0, zero + at_least) :].sum()))


def _with_repeats(side: ArrayLike) -> NDArray[np.bool_]:
    outcomes = np.asarray(side, dtype=np.bool_)
    return outcomes[:, None] if outcomes.ndim == 1 else outcomes
