"""Medians and differences over seeds, with 95 % intervals by bootstrap (Efron 1979, percentiles). Pure.

The resamples come from a fixed seed, so the same values give the same interval. A value may be infinite: a search that
never came so far.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic over seeds with its interval. Without a value, everything is nan."""

    value: float
    low: float
    high: float
    n: int


def median(values: Sequence[float]) -> Estimate:
    """Return the median."""
    return _bootstrap(np.asarray(values, float), _medians)


def mean(values: Sequence[float]) -> Estimate:
    """Return the mean."""
    return _bootstrap(np.asarray(values, float), lambda drawn: drawn.mean(axis=-1))


def mean_difference(ours: Sequence[float], theirs: Sequence[float]) -> Estimate:
    """Return the mean of ours minus theirs, paired by seed."""
    return mean(np.subtract(ours, theirs).tolist())


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> Estimate:
    """Return the ratio of the medians, ours by theirs, paired by seed; nan where both are infinite."""
    pairs = np.column_stack([np.asarray(ours, float), np.asarray(theirs, float)])

    def ratio(drawn: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            quotient: Floats = _medians(drawn[..., 0]) / _medians(drawn[..., 1])
        return quotient

    return _bootstrap(pairs, ratio)


def _bootstrap(values: Floats, statistic: Callable[[Floats], Floats]) -> Estimate:
    n = len(values)
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan, 0)
    chosen = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    resampled = statistic(values[chosen])
    known = np.sort(resampled[~np.isnan(resampled)])
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(known[round(share * (len(known) - 1))]) if len(known) else np.nan for share in (tail, 1 - tail))
    return Estimate(float(statistic(values[np.newaxis])[0]), low, high, n)


def _medians(drawn: Floats) -> Floats:
    """Return medians along the last axis; of an even number the lower one, so that infinite values stay apart."""
    middle = (drawn.shape[-1] - 1) // 2
    medians: Floats = np.partition(drawn, middle, axis=-1)[..., middle]
    return medians
