from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.evaluations import holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=6)


def test_the_adjustment_is_the_published_one() -> None:
    """Holm's procedure on the p-values of Wright 1992, as R's p.adjust gives it."""
    adjusted = holm([0.01, 0.02, 0.03, 0.04])

    assert adjusted == pytest.approx((0.04, 0.06, 0.06, 0.06))


@given(p_values=P_VALUES)
def test_it_is_the_closure_of_bonferroni(p_values: list[float]) -> None:
    """An adjusted value is the worst Bonferroni value of all families that the test could be a part of."""
    n = len(p_values)
    families = [family for size in range(1, n + 1) for family in combinations(range(n), size)]
    worst = [
        max(min(1.0, len(family) * min(p_values[j] for j in family)) for family in families if i in family)
        for i in range(n)
    ]

    assert holm(p_values) == pytest.approx(worst)


@given(p_values=P_VALUES, another=st.floats(0, 1))
def test_a_further_test_never_lowers_a_value(p_values: list[float], another: float) -> None:
    more = holm([*p_values, another])

    assert all(after >= before for before, after in zip(holm(p_values), more, strict=False))


def test_one_test_is_not_adjusted() -> None:
    assert holm([0.03]) == (0.03,)


def test_none_is_none() -> None:
    assert holm([]) == ()


def test_what_is_no_p_value_is_refused() -> None:
    with pytest.raises(ValueError, match="not a p-value"):
        holm([0.5, 1.5])
