from math import comb

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from dgm.evaluations import p_better
from dgm.evaluations.statistics.beta import beta_quantiles, incomplete_beta, t_quantile

PARAMETERS = st.floats(0.3, 5000)
COUNTS = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(a=PARAMETERS, b=PARAMETERS, share=st.floats(0, 1))
@example(a=0.5, b=1e6, share=0.99)
@example(a=1e6, b=0.5, share=0.999)
def test_the_distribution_function_is_scipys(a: float, b: float, share: float) -> None:
    x = np.array([share, a / (a + b), 0.0, 1.0])

    assert incomplete_beta(a, b, x) == pytest.approx(stats.beta.cdf(x, a, b), abs=2e-9)


@settings(max_examples=40)
@given(a=PARAMETERS, b=PARAMETERS, share=st.floats(0.001, 0.999))
def test_a_quantile_is_scipys(a: float, b: float, share: float) -> None:
    assert beta_quantiles(a, b, (share,))[0] == pytest.approx(stats.beta.ppf(share, a, b), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 42, 1000])
def test_students_quantile_is_scipys(freedom: int) -> None:
    assert t_quantile(0.95, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-10)


def exact(ours: tuple[int, int], theirs: tuple[int, int]) -> float:
    """P(better) under uniform priors as a ratio of whole numbers: a draw without replacement (Evan Miller's sum)."""
    (a, n), (b, m) = ours, theirs
    ways = sum(comb(i + b, i) * comb(n + m + 1 - i - b, m - b) for i in range(a + 1))
    return ways / comb(n + m + 2, m + 1)


@given(ours=COUNTS, theirs=COUNTS)
@example(ours=(0, 0), theirs=(0, 0))
@example(ours=(400, 400), theirs=(0, 400))
def test_p_better_is_the_exact_sum(ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    assert p_better(ours, theirs) == pytest.approx(exact(ours, theirs), abs=1e-10)


@pytest.mark.parametrize(("ours", "theirs"), [((3, 10), (5, 11)), ((0, 4), (0, 30)), ((7, 7), (20, 21))])
def test_p_better_with_another_prior_is_the_integral(ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    (a, n), (b, m) = ours, theirs
    x, y = stats.beta(a + 0.5, n - a + 0.5), stats.beta(b + 0.5, m - b + 0.5)
    whole, _ = integrate.quad(lambda q: y.cdf(x.ppf(q)), 0, 1, epsabs=1e-10, limit=200)

    assert p_better(ours, theirs, prior=0.5) == pytest.approx(whole, abs=1e-7)


@given(ours=COUNTS, theirs=COUNTS)
def test_one_of_two_is_better(ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    assert p_better(ours, theirs) + p_better(theirs, ours) == pytest.approx(1, abs=1e-12)


@given(ours=COUNTS, theirs=COUNTS)
def test_one_more_failure_never_makes_better(ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    resolved, n = ours

    assert p_better((resolved, n + 1), theirs) <= p_better(ours, theirs) + 1e-10


def test_a_million_trials_beside_two_are_told_apart() -> None:
    assert p_better((1, 2), (0, 10**6), prior=0.5) > 1 - 1e-8


@pytest.mark.parametrize("wrong", [{"ours": (3, 2)}, {"theirs": (-1, 2)}, {"prior": 0.0}])
def test_what_is_no_posterior_is_refused(wrong: dict[str, object]) -> None:
    given_ones: dict[str, object] = {"ours": (1, 2), "theirs": (1, 2), **wrong}

    with pytest.raises(ValueError, match=r"proportion|prior"):
        p_better(**given_ones)  # type: ignore[arg-type]
