import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dgm.evaluations.literals import lookalikes

SIMPLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
LITERALS = st.recursive(
    SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner), max_leaves=8
)
SEEDS = st.integers(0, 2**32)


@given(value=LITERALS, seed=SEEDS, n=st.integers(1, 4))
def test_a_wrong_value_is_never_equal_to_the_right_one(value: object, seed: int, n: int) -> None:
    wrong = lookalikes(value, np.random.default_rng(seed), n)

    assert value not in wrong


@given(value=LITERALS, seed=SEEDS, n=st.integers(1, 4))
def test_wrong_values_differ_and_are_no_more_than_asked_for(value: object, seed: int, n: int) -> None:
    wrong = lookalikes(value, np.random.default_rng(seed), n)

    assert len(wrong) <= n
    assert all(one not in wrong[:place] for place, one in enumerate(wrong))


@given(value=st.integers() | st.text() | st.lists(st.integers()), seed=SEEDS)
def test_a_wrong_value_is_of_the_same_kind(value: object, seed: int) -> None:
    assert {type(wrong) for wrong in lookalikes(value, np.random.default_rng(seed), 2)} == {type(value)}


@given(value=st.text(min_size=1) | st.binary(min_size=1), seed=SEEDS)
def test_the_right_text_is_no_more_like_the_wrong_ones_than_they_are_like_each_other(
    value: str | bytes, seed: int
) -> None:
    texts = [value, *lookalikes(value, np.random.default_rng(seed), 2)]

    places = {
        tuple(place for place in range(len(value)) if one[place] != other[place])
        for one, other in itertools.combinations(texts, 2)
    }

    assert {len(text) for text in texts} == {len(value)}
    assert [len(place) for place in places] == [1]


def test_the_right_number_may_stand_anywhere_in_the_row() -> None:
    ranks = {sum(wrong < 50 for wrong in lookalikes(50, np.random.default_rng(seed), 2)) for seed in range(40)}

    assert ranks == {0, 1, 2}
