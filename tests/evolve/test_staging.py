"""Stages: prefixes that are earned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.errors import ConfigError
from dgm.evolve import Staging


def resolved(*tasks: int, of: int = 10) -> np.ndarray:
    row = np.zeros(of, np.bool_)
    row[list(tasks)] = True
    return row


def test_sizes_are_cut_at_the_number_of_tasks() -> None:
    assert Staging.of([3, 10, 60], [0.4], 12).sizes == (3, 10, 12)


def test_without_sizes_there_is_one_stage_of_all_tasks() -> None:
    assert Staging.of([], [0.4], 5).sizes == (5,)


def test_the_last_share_stands_for_all_further_stages() -> None:
    assert Staging.of([1, 2, 3], [0.5, 0.2], 3).promote == (0.5, 0.2, 0.2)


@pytest.mark.parametrize("sizes", [[0], [3, 3], [5, 2]])
def test_sizes_that_do_not_ascend_are_refused(sizes: list[int]) -> None:
    with pytest.raises(ConfigError, match=r"suite\.stages"):
        Staging.of(sizes, [0.4], 10)


@pytest.mark.parametrize("promote", [[], [1.5], [-0.1]])
def test_shares_outside_of_0_and_1_are_refused(promote: list[float]) -> None:
    with pytest.raises(ConfigError, match=r"suite\.promote"):
        Staging.of([5], promote, 10)


def test_no_task_is_refused() -> None:
    with pytest.raises(ConfigError, match="no task"):
        Staging.of([5], [0.4], 0)


def test_a_share_of_seven_tenths_asks_for_seven_of_ten() -> None:
    staging = Staging.of([10, 20], [0.7], 20)

    assert staging.earned(resolved(*range(7), of=20)) == 20


def test_what_is_resolved_beyond_a_stage_does_not_earn_it() -> None:
    staging = Staging.of([2, 10], [1.0], 10)

    assert staging.earned(resolved(5, 6, 7)) == 2


@given(st.lists(st.booleans(), min_size=10, max_size=10), st.integers(0, 9))
def test_one_more_resolved_task_never_loses_a_stage(outcomes: list[bool], more: int) -> None:
    staging = Staging.of([2, 5, 10], [0.5, 0.6], 10)
    before = np.array(outcomes)
    after = before.copy()
    after[more] = True

    assert staging.earned(after) >= staging.earned(before)
