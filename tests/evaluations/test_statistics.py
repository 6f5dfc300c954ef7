import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from dgm.evaluations import wilson

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
