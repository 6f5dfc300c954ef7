"""Weighted draws, and what stands of them with a decision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.evolve.chances import STORED, Chances, draw


def rng_of(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20).filter(any), st.integers(0, 1000))
def test_a_draw_is_that_of_numpys_choice(weights: list[float], seed: int) -> None:
    agents = np.arange(len(weights)) * 3
    p = np.array(weights) / sum(weights)

    drawn, _ = draw(agents, np.array(weights), rng_of(seed))

    assert drawn == rng_of(seed).choice(agents, p=p / p.sum())


def test_an_agent_without_weight_is_never_drawn() -> None:
    drawn = {draw(np.arange(3), np.array([0.0, 1.0, 0.0]), rng_of(seed))[0] for seed in range(50)}

    assert drawn == {1}


def test_few_chances_are_all_stored() -> None:
    _, chances = draw(np.array([4, 7]), np.array([1.0, 3.0]), rng_of(0))

    assert dict(chances) == {4: 0.25, 7: 0.75}


def test_of_many_chances_the_largest_and_that_of_the_drawn_are_stored() -> None:
    many = np.arange(STORED + 100)
    chances = Chances(many, many * 1.0, drawn=5)

    assert sorted(chances) == [5, *range(100, STORED + 100)]
    assert chances[5] == pytest.approx(5 / many.sum())
