"""Novelty: directed distances to the nearest agents."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.evolve.novelty import behaviour_distances, novelty
from dgm.evolve.population import Cell

CELLS = st.sampled_from([Cell.NEW, Cell.AGAIN, Cell.PENDING, Cell.UNRESOLVED, Cell.RESOLVED, Cell.GIVEN_UP])
rows = st.lists(CELLS, min_size=6, max_size=6).map(lambda row: np.array(row, np.uint8))
archives = st.lists(rows, max_size=8).map(lambda found: np.array(found, np.uint8).reshape(-1, 6))

X, O, G, N = Cell.UNRESOLVED, Cell.RESOLVED, Cell.GIVEN_UP, Cell.NEW  # noqa: E741 - as marks in a row


def far(own: list[Cell], *others: list[Cell]) -> list[float]:
    return behaviour_distances(np.array(own, np.uint8), np.array(others, np.uint8)).tolist()


def test_the_distance_is_what_one_resolves_and_the_other_does_not() -> None:
    assert far([O, O, X, X], [X, O, O, X]) == [0.25]


def test_failing_where_others_do_not_is_no_distance() -> None:
    assert far([X, X, X, X], [O, O, O, O]) == [0]


def test_only_common_tasks_count() -> None:
    assert far([O, O, O, X], [X, N, N, N]) == [1]


def test_without_common_tasks_there_is_no_distance() -> None:
    assert np.isnan(far([O, N], [N, X])).all()


def test_a_task_given_up_proves_nothing_of_the_other_and_is_no_success() -> None:
    assert far([O, G], [G, X]) == [0]


def test_the_mean_of_the_nearest_counts() -> None:
    found = novelty(np.array([0.9, 0.1, np.nan, 0.2, 0.3]), 3)

    assert found.distance == pytest.approx(0.2)
    assert found.nearest == 3


def test_with_fewer_agents_than_asked_for_all_count() -> None:
    assert novelty(np.array([0.4]), 3).nearest == 1


def test_an_agent_compared_with_nobody_is_not_new() -> None:
    assert not novelty(np.array([np.nan]), 3).reaches(0.1)


@given(rows, archives, st.integers(1, 4), st.floats(0.01, 1))
def test_an_agent_that_resolves_what_another_does_is_never_new(
    own: np.ndarray, others: np.ndarray, k: int, least: float
) -> None:
    with_copy = np.concatenate([others, own[None]])

    assert not novelty(behaviour_distances(own, with_copy), k).reaches(least)


@given(rows, archives, st.integers(1, 4), st.randoms())
def test_relabelling_the_others_changes_nothing(own: np.ndarray, others: np.ndarray, k: int, shuffle: Random) -> None:
    order = list(range(len(others)))
    shuffle.shuffle(order)

    assert novelty(behaviour_distances(own, others), k) == novelty(behaviour_distances(own, others[order]), k)


@given(rows, archives, st.integers(1, 4), st.data())
def test_one_more_failure_never_makes_an_agent_newer(
    own: np.ndarray, others: np.ndarray, k: int, data: st.DataObject
) -> None:
    worse = own.copy()
    resolved = np.flatnonzero(own == Cell.RESOLVED)
    if len(resolved):
        worse[data.draw(st.sampled_from(resolved.tolist()))] = data.draw(
            st.sampled_from([Cell.UNRESOLVED, Cell.GIVEN_UP])
        )

    before, after = (novelty(behaviour_distances(each, others), k) for each in (own, worse))

    assert after.distance <= before.distance + 1e-12
