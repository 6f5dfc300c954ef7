"""Intervals for the share resolved: Wilson's, its form for repeats of the same tasks, and the Beta posterior's. Pure.

Repeats of one task are not independent trials: tasks are the clusters. Repeats can make a share more certain, and
never more so than as many different tasks would.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from dgm.evaluations.statistics.beta import beta_quantiles
from dgm.values import Interval

JEFFREYS = 0.5
"""Both parameters of the prior that has coverage near its name for every share (Jeffreys 1946)."""


class ClusteredShare(NamedTuple):
    """A share with its cluster-robust standard error; infinite where fewer than two tasks tell nothing of it."""

    share: float
    error: float


@lru_cache(maxsize=4096)  # every step of a loop asks for one
def wilson(resolved: int, n: int, confidence: float = 0.95) -> Interval:
    """Return the share resolved with its two-sided Wilson score interval (Wilson 1927, without continuity correction).

    Args:
        resolved: how many of the `n` trials were resolved.
        n: all trials that count, the failed, empty and late ones too; 0 gives [0, 1].
        confidence: between 0 and 1, both excluded.

    Raises:
        ValueError: `resolved` is not within 0 and `n`, or `confidence` not between 0 and 1.
    """
    _check(resolved, n, confidence)
    if n == 0:
        return Interval(0.0, 0.0, 1.0, 0)
    return _wilson(resolved / n, n, n, confidence)


def clustered_wilson(resolved: Sequence[int], trials: Sequence[int], confidence: float = 0.95) -> Interval:
    """Return the share resolved with a Wilson interval that takes the tasks as clusters; its n counts the trials.

    The trials are replaced by the number of independent ones that would be as certain, at least one a task and at most
    all (the design effect: Saha, Miller and Wang 2016, doi 10.1515/ijb-2015-0024).

    Args:
        resolved: of each task, how many of its trials were resolved.
        trials: of each task, how many there are.

    Raises:
        ValueError: as `wilson` does, for any task.
    """
    for some, n in zip(resolved, trials, strict=True):
        _check(some, n, confidence)
    n = sum(trials)
    if n == 0:
        return Interval(0.0, 0.0, 1.0, 0)
    share, error = clustered_error(resolved, trials)
    tasks = sum(count > 0 for count in trials)
    like = share * (1 - share) / error**2 if error else 0.0
    return _wilson(share, min(max(like, tasks), n), n, confidence)


def clustered_error(resolved: Sequence[int], trials: Sequence[int]) -> ClusteredShare:
    """Return the share resolved with its standard error from the scatter between tasks (the sandwich, n / (n - 1))."""
    pairs = np.array([resolved, trials], dtype=np.float64)[:, np.array(trials, dtype=np.int64) > 0]
    tasks, n = pairs.shape[1], float(pairs[1].sum())
    share = float(pairs[0].sum()) / n if n else 0.0
    if tasks < 2:
        return ClusteredShare(share, inf)
    scatter = float(((pairs[0] - share * pairs[1]) ** 2).sum())
    return ClusteredShare(share, sqrt(scatter * tasks / (tasks - 1)) / n)


def beta_interval(resolved: int, n: int, confidence: float = 0.95, *, prior: float = JEFFREYS) -> Interval:
    """Return the share resolved with the equal-tailed interval of its Beta posterior.

    With Jeffreys' prior, nothing resolved lets it begin at 0, and everything resolved lets it end at 1, so that it
    covers the truth as often as it says (Brown, Cai and DasGupta 2001, section 4.3).

    Args:
        prior: both parameters of the Beta prior: 0.5 is Jeffreys', 1 the uniform one.

    Raises:
        ValueError: as `wilson` does, or the prior is not above 0.
    """
    _check(resolved, n, confidence)
    if prior <= 0:
        raise ValueError(f"the prior is {prior}: give a number above 0")
    if n == 0:
        return Interval(0.0, 0.0, 1.0, 0)
    tail = (1 - confidence) / 2
    low, high = beta_quantiles(resolved + prior, n - resolved + prior, (tail, 1 - tail))
    share = resolved / n
    return Interval(share, 0.0 if resolved == 0 else min(share, low), 1.0 if resolved == n else max(share, high), n)


def _wilson(share: float, like: float, n: int, confidence: float) -> Interval:
    """Return Wilson's interval for a share that is as certain as `like` independent trials make it."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (share + z * z / (2 * like)) / (1 + z * z / like)
    half = z * sqrt(share * (1 - share) / like + z * z / (4 * like * like)) / (1 + z * z / like)
    low = 0.0 if share == 0 else min(share, centre - half)
    high = 1.0 if share == 1 else max(share, centre + half)
    return Interval(share, low, high, n)


def _check(resolved: int, n: int, confidence: float) -> None:
    if not 0 <= resolved <= n:
        raise ValueError(f"{resolved} resolved of {n} is not a proportion")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}: give a number between 0 and 1")
