"""The strategy `dgmh`: a midpoint that rises with the archive, and a penalty that falls off at once."""

from math import exp

import numpy as np
import pytest

from dgm.evolve.strategies.dgmh import weights
from dgm.evolve.strategies.turns import candidates_of
from tests.evolve.test_dgm import measured


def chances(scores: list[int], children: int = 0, under_way: int = 0) -> np.ndarray:
    """Return the chances of agents that resolved so many of ten; the first has children that are not measured."""
    population = measured(scores)
    for _ in range(children):
        population.add(0)
    for _ in range(under_way):
        population.open_attempt(0)
    found = weights(population, candidates_of(population))
    return found / found.sum()


def score(a: float, midpoint: float) -> float:
    return 1 / (1 + exp(-10 * (a - midpoint)))


def test_the_midpoint_is_the_mean_of_the_three_best_scores() -> None:
    expected = np.array([score(a, 0.6) for a in (0.2, 0.8, 0.6, 0.4, 0.1)])

    np.testing.assert_allclose(chances([2, 8, 6, 4, 1]), expected / expected.sum())


def test_of_two_agents_the_midpoint_is_their_mean() -> None:
    expected = np.array([score(a, 0.5) for a in (0.7, 0.3)])

    np.testing.assert_allclose(chances([7, 3]), expected / expected.sum())


def test_children_count_by_the_cube_of_an_eighth_of_their_number() -> None:
    expected = np.array([exp(-((4 / 8) ** 3)), 1.0])

    np.testing.assert_allclose(chances([5, 5], children=4), expected / expected.sum())


def test_an_attempt_under_way_counts_as_a_child() -> None:
    np.testing.assert_allclose(chances([5, 5], children=3, under_way=1), chances([5, 5], children=4))


def test_when_all_have_hundreds_of_children_the_one_with_fewest_is_the_parent() -> None:
    population = measured([5, 5])
    for parent in [0] * 300 + [1] * 301:
        population.add(parent)

    fewer, more = weights(population, candidates_of(population))

    assert more / fewer == pytest.approx(exp((300 / 8) ** 3 - (301 / 8) ** 3))


def test_one_that_resolves_everything_is_a_parent_like_others() -> None:
    assert chances([10, 3])[0] > 0.9
