"""Estimates over seeds, with their intervals."""

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.simulation import mean, mean_difference, median, median_ratio

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@given(VALUES)
def test_a_median_lies_within_its_interval(values: list[float]) -> None:
    estimate = median(values)

    assert min(values) <= estimate.low <= estimate.value <= estimate.high <= max(values)


@given(VALUES)
def test_the_same_values_give_the_same_interval(values: list[float]) -> None:
    assert mean(values) == mean(values)


def test_most_intervals_of_a_mean_hold_the_true_one() -> None:
    rng = np.random.default_rng(1)
    intervals = [mean(rng.standard_normal(100).tolist()) for _ in range(200)]

    assert 0.9 <= np.mean([one.low <= 0 <= one.high for one in intervals]) <= 0.99


def test_a_median_of_searches_that_mostly_never_came_so_far_is_infinite() -> None:
    assert (median([1.0, 2.0, inf]).value, median([1.0, inf, inf]).value) == (2.0, inf)


def test_a_difference_is_paired_by_seed() -> None:
    noise = np.random.default_rng(0).standard_normal(50) * 100

    estimate = mean_difference((noise + 1).tolist(), noise.tolist())

    assert (estimate.low, estimate.high) == (pytest.approx(1.0), pytest.approx(1.0))


def test_a_ratio_of_medians_halves_with_the_values() -> None:
    values = [float(i) for i in range(1, 60)]

    assert median_ratio([v / 2 for v in values], values).value == pytest.approx(0.5)


def test_a_ratio_of_two_that_never_came_so_far_is_not_known() -> None:
    assert isnan(median_ratio([inf] * 5, [inf] * 5).low)


def test_nothing_gives_no_estimate() -> None:
    assert isnan(median([]).value)
    assert median([]).n == 0
