"""The Beta distribution, to machine precision and without sampling: its distribution function, quantiles, P(better).

What is needed of it, so that a run needs no SciPy; SciPy is the tests' oracle.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

_TINY = 1e-300
_CONVERGED = 3e-15
"""Relative change that is only rounding: a continued fraction swings by some units in the last place."""

_MOST_TERMS = 100_000
"""Of the continued fraction; it needs about the root of the larger parameter."""

_PARTS = 64
"""Into which an interval is cut at each step towards a quantile."""

_STEPS_OF_A_DEVIATION = 4
_WIDEST_STEP = 0.25
_NEGLIGIBLE = 46.0
"""Natural logarithm by which a density has fallen where the integral stops: a factor of 1e-20."""


def incomplete_beta(a: float, b: float, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Beta(a, b) distribution function at each x within [0, 1] (Numerical Recipes, 6.4, Lentz's method)."""
    swapped = x > (a + 1) / (a + b + 2)
    inner = np.where(swapped, 1 - x, x)
    first, second = np.where(swapped, b, a), np.where(swapped, a, b)
    with np.errstate(divide="ignore"):
        front = first * np.log(inner) + second * np.log1p(-inner) - _log_beta(a, b)
    value = np.exp(front) * _continued_fraction(first, second, inner) / first
    value = np.where(inner <= 0, 0.0, value)
    result: NDArray[np.float64] = np.clip(np.where(swapped, 1 - value, value), 0.0, 1.0)
    return result


@lru_cache(maxsize=4096)
def beta_quantiles(a: float, b: float, shares: tuple[float, ...]) -> tuple[float, ...]:
    """Return where the Beta(a, b) distribution function reaches each of the shares."""
    return tuple(_quantile(a, b, share) for share in shares)


@lru_cache(maxsize=4096)
def t_quantile(confidence: float, freedom: int) -> float:
    """Return how many standard errors a two-sided interval of Student's t takes on each side."""
    (x,) = beta_quantiles(freedom / 2, 0.5, (1 - confidence,))
    return sqrt(freedom * (1 - x) / x)


def p_better(ours: Sequence[int], theirs: Sequence[int], *, prior: float = 1.0) -> float:
    """Return the posterior probability that one share is above another, each known by its own trials.

    The integral of one Beta density times the other's distribution function, over the log-odds, where the trapezoidal
    rule converges faster than any power of its step (Trefethen and Weideman 2014).

    Args:
        ours, theirs: resolved and n of each.
        prior: both parameters of each Beta prior.

    Raises:
        ValueError: no proportion, or the prior is not above 0.
    """
    for resolved, n in (ours, theirs):
        if not 0 <= resolved <= n:
            raise ValueError(f"{resolved} resolved of {n} is not a proportion")
    if prior <= 0:
        raise ValueError(f"the prior is {prior}: give a number above 0")
    a, b = ((resolved + prior, n - resolved + prior) for resolved, n in (ours, theirs))
    if a == b:
        return 0.5
    return _p_above(a, b) if _deviation(a) <= _deviation(b) else 1 - _p_above(b, a)


def _p_above(sharp: tuple[float, float], vague: tuple[float, float]) -> float:
    """Return P(X > Y), integrating over X, the better known of the two."""
    a, b = sharp
    low, high = _reach(a, b, -1), _reach(a, b, 1)
    steps = int((high - low) / min(_WIDEST_STEP, _deviation(sharp) / _STEPS_OF_A_DEVIATION)) + 1
    odds = np.linspace(low, high, steps + 1)
    density = np.exp(a * odds - (a + b) * np.logaddexp(0.0, odds) - _log_beta(a, b))
    below = _below(vague, odds)
    return float(min(1.0, max(0.0, (density * below).sum() / density.sum())))


def _below(of: tuple[float, float], odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return P(Y < y) at log-odds; from the other end where y is near 1, which a float cannot tell from it."""
    a, b = of
    y = np.exp(-np.logaddexp(0.0, np.abs(odds)))
    return np.where(odds < 0, incomplete_beta(a, b, y), 1 - incomplete_beta(b, a, y))


def _deviation(of: tuple[float, float]) -> float:
    """Return about the standard deviation of a Beta variable's log-odds."""
    return sqrt(1 / of[0] + 1 / of[1])


def _reach(a: float, b: float, side: int) -> float:
    """Return the log-odds below or above the mode where the density is negligible; it falls ever faster."""
    mode = log(a / b)
    peak = _log_density(a, b, mode)
    near, far = 0.0, 1.0
    while peak - _log_density(a, b, mode + side * far) < _NEGLIGIBLE:
        near, far = far, 2 * far
    for _ in range(30):
        middle = (near + far) / 2
        if peak - _log_density(a, b, mode + side * middle) < _NEGLIGIBLE:
            near = middle
        else:
            far = middle
    return mode + side * far


def _log_density(a: float, b: float, odds: float) -> float:
    """Return the logarithm of the density of the log-odds, but for its constant."""
    return a * odds - (a + b) * (max(odds, 0.0) + log1p(exp(-abs(odds))))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _continued_fraction(a: NDArray[np.float64], b: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    c, whole, done = np.ones_like(x), d.copy(), np.zeros_like(x, dtype=np.bool_)
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _not_zero(1 + even * d), _not_zero(1 + even / c)
        whole = np.where(done, whole, whole * d * c)
        d, c = 1 / _not_zero(1 + odd * d), _not_zero(1 + odd / c)
        whole = np.where(done, whole, whole * d * c)
        done |= np.abs(d * c - 1) < _CONVERGED
        if done.all():
            break
    return whole


def _not_zero(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.abs(value) < _TINY, _TINY, value)


def _quantile(a: float, b: float, share: float) -> float:
    low, high = 0.0, 1.0
    while True:
        grid = np.linspace(low, high, _PARTS + 1)
        above = int(np.searchsorted(incomplete_beta(a, b, grid), share))
        left, right = float(grid[max(0, above - 1)]), float(grid[min(above, _PARTS)])
        if right - left <= _CONVERGED * right or (left, right) == (low, high):
            return (left + right) / 2
        low, high = left, right
