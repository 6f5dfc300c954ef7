from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom, binomtest

from dgm.evaluations import beta_interval, clustered_wilson, wilson
from dgm.evaluations.statistics import clustered_error

CASES = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(case=CASES, confidence=st.floats(0.5, 0.999))
@example(case=(0, 1), confidence=0.95)
@example(case=(1, 1), confidence=0.95)
def test_the_interval_is_scipys(case: tuple[int, int], confidence: float) -> None:
    resolved, n = case

    interval = wilson(resolved, n, confidence)

    oracle = binomtest(resolved, n).proportion_ci(confidence, method="wilson")
    assert (interval.low, interval.high) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


@given(case=CASES)
def test_the_estimate_lies_within_its_interval(case: tuple[int, int]) -> None:
    interval = wilson(*case)

    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1


@given(case=CASES)
def test_one_more_failure_never_raises_a_score(case: tuple[int, int]) -> None:
    resolved, n = case

    assert wilson(resolved, n + 1).low <= wilson(resolved, n).low + 1e-12


def test_no_trial_says_nothing() -> None:
    interval = wilson(0, 0)

    assert (interval.low, interval.high, interval.n) == (0.0, 1.0, 0)


@pytest.mark.parametrize(("resolved", "n", "confidence"), [(2, 1, 0.95), (-1, 1, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_what_is_no_proportion_is_refused(resolved: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match=r"proportion|confidence"):
        wilson(resolved, n, confidence)


@settings(max_examples=50)
@given(case=CASES, confidence=st.floats(0.5, 0.999), prior=st.sampled_from([0.5, 1.0]))
def test_the_posterior_interval_is_scipys(case: tuple[int, int], confidence: float, prior: float) -> None:
    resolved, n = case

    interval = beta_interval(resolved, n, confidence, prior=prior)

    low, high = beta(resolved + prior, n - resolved + prior).interval(confidence)
    assert interval.low == pytest.approx(min(low, resolved / n) if resolved else 0.0)
    assert interval.high == pytest.approx(max(high, resolved / n) if resolved < n else 1.0)


def test_jeffreys_interval_covers_as_often_as_it_says() -> None:
    """Over shares from 0.05 to 0.95: the mean is near 95 % (Brown, Cai and DasGupta 2001, section 4.2)."""
    intervals = [beta_interval(resolved, 20) for resolved in range(21)]
    shares = np.linspace(0.05, 0.95, 91)
    chances = binom.pmf(np.arange(21)[:, None], 20, shares)
    covers = np.array([(one.low <= shares) & (shares <= one.high) for one in intervals])

    assert float((chances * covers).sum(axis=0).mean()) == pytest.approx(0.95, abs=0.01)


def test_a_posterior_without_a_trial_says_nothing() -> None:
    assert beta_interval(0, 0) == wilson(0, 0)


@pytest.mark.parametrize(("resolved", "n", "prior"), [(2, 1, 0.5), (1, 2, 0.0)])
def test_what_has_no_posterior_is_refused(resolved: int, n: int, prior: float) -> None:
    with pytest.raises(ValueError, match=r"proportion|prior"):
        beta_interval(resolved, n, prior=prior)


@given(case=CASES)
def test_with_one_trial_a_task_the_clustered_interval_is_wilsons(case: tuple[int, int]) -> None:
    resolved, n = case

    clustered = clustered_wilson([1] * resolved + [0] * (n - resolved), [1] * n)

    assert clustered.n == n
    assert (clustered.low, clustered.high) == pytest.approx((wilson(*case).low, wilson(*case).high), rel=1e-2, abs=1e-9)


@given(st.lists(st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=30))
def test_repeats_are_worth_no_more_than_tasks(tasks: list[tuple[int, int]]) -> None:
    resolved, trials = zip(*tasks, strict=True)

    interval = clustered_wilson(resolved, trials)

    whole = wilson(sum(resolved), sum(trials))
    assert interval.high - interval.low >= whole.high - whole.low - 1e-12
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1


def test_repeats_that_always_agree_are_worth_one_trial() -> None:
    assert clustered_wilson([5, 0, 5, 0], [5] * 4).low == pytest.approx(wilson(2, 4).low, abs=0.03)


def test_repeats_that_scatter_are_worth_more_than_one_trial() -> None:
    interval = clustered_wilson([2, 3, 2, 3, 2, 3], [5] * 6)

    alone = wilson(3, 6)
    assert interval.high - interval.low < 0.7 * (alone.high - alone.low)


def test_tasks_that_are_all_resolved_are_no_certainty() -> None:
    interval = clustered_wilson([5] * 4, [5] * 4)

    assert (interval.low, interval.high) == (wilson(4, 4).low, 1.0)


def test_the_clustered_error_is_the_root_of_the_scatter_between_tasks() -> None:
    share, error = clustered_error([0, 2, 1, 2], [2, 2, 2, 2])

    assert (share, error) == pytest.approx((0.625, float(np.std([0, 1, 0.5, 1], ddof=1)) / sqrt(4)))


@pytest.mark.parametrize(("resolved", "trials"), [([], []), ([1], [1]), ([0, 1], [0, 2])])
def test_fewer_than_two_tasks_have_no_error(resolved: list[int], trials: list[int]) -> None:
    assert clustered_error(resolved, trials).error == inf


def test_no_repeat_says_nothing() -> None:
    assert clustered_wilson([], []) == wilson(0, 0)


def test_the_clustered_interval_covers_the_truth_where_repeats_are_alike() -> None:
    rng = np.random.default_rng(5)
    skills = 1 / (1 + np.exp(-rng.normal(0.5, 2, (1500, 12))))
    truth = float(np.mean(1 / (1 + np.exp(-rng.normal(0.5, 2, 200_000)))))

    intervals = [clustered_wilson(row.tolist(), [4] * 12) for row in rng.binomial(4, skills)]

    assert np.mean([interval.low <= truth <= interval.high for interval in intervals]) >= 0.935
