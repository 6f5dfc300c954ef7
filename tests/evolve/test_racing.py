"""Racing: the chance that a series can still earn the next stage, against SciPy and at the ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from dgm.evolve.racing import chance_to_earn, least_resolved


@st.composite
def series(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Return needed, left, resolved and ended of a series that is under way."""
    left, ended = draw(st.integers(0, 60)), draw(st.integers(0, 60))
    return draw(st.integers(-3, left + 3)), left, draw(st.integers(0, ended)), ended


@given(series())
def test_the_chance_is_that_of_the_beta_binomial_distribution(some: tuple[int, int, int, int]) -> None:
    needed, left, resolved, ended = some

    expected = betabinom.sf(needed - 1, left, 1 + resolved, 1 + ended - resolved)

    assert chance_to_earn(*some) == pytest.approx(expected, abs=1e-9)


def test_a_series_that_must_succeed_has_chance_one_exactly() -> None:
    assert chance_to_earn(0, 6, 4, 4) == 1


def test_a_series_that_cannot_succeed_has_chance_zero_exactly() -> None:
    assert chance_to_earn(4, 3, 0, 7) == 0


def test_with_one_task_left_the_chance_is_laplaces_rule_of_succession() -> None:
    assert chance_to_earn(1, 1, 3, 4) == pytest.approx(4 / 6)


@given(series())
def test_a_failure_in_place_of_a_success_never_raises_the_chance(some: tuple[int, int, int, int]) -> None:
    needed, left, resolved, ended = some

    better = chance_to_earn(needed, left, resolved, ended)
    worse = chance_to_earn(needed + 1, left, resolved - 1, ended) if resolved else 0

    assert worse <= better


def test_counts_that_are_no_proportion_are_refused() -> None:
    with pytest.raises(ValueError, match="5 resolved of 4"):
        chance_to_earn(1, 1, 5, 4)


@given(st.integers(1, 12), st.data(), st.floats(0, 0.99))
def test_what_must_be_resolved_at_least_has_chance_enough_and_one_less_has_not(
    size: int, data: st.DataObject, least_chance: float
) -> None:
    needed = data.draw(st.integers(0, size))

    for ended, least in enumerate(least_resolved(size, needed, least_chance)):
        counts = [(needed - r, size - ended, r, ended) for r in range(min(needed, ended + 1))]
        enough = [chance_to_earn(*some) >= least_chance for some in counts]
        assert enough == [r >= least for r in range(len(counts))]


def test_without_a_least_chance_every_series_goes_on() -> None:
    assert set(least_resolved(10, 4, 0.0)) == {0}
