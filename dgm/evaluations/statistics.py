"""Intervals for proportions. Pure."""

from math import sqrt
from statistics import NormalDist

from dgm.values import Interval


def wilson(resolved: int, n: int, confidence: float = 0.95) -> Interval:
    """Return the share resolved with its two-sided Wilson score interval (Wilson 1927, without continuity correction).

    Args:
        resolved: how many of the `n` trials were resolved.
        n: all trials that count, the failed, empty and late ones too; 0 gives [0, 1].
        confidence: between 0 and 1, both excluded.

    Raises:
        ValueError: `resolved` is not within 0 and `n`, or `confidence` not between 0 and 1.
    """
    if not 0 <= resolved <= n:
        raise ValueError(f"{resolved} resolved of {n} is not a proportion")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}: give a number between 0 and 1")
    if n == 0:
        return Interval(0.0, 0.0, 1.0, 0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = resolved / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if resolved == 0 else min(share, centre - half)
    high = 1.0 if resolved == n else max(share, centre + half)
    return Interval(share, low, high, n)
