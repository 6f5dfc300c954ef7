"""Stages: prefixes that are earned, and series that racing stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.errors import ConfigError
from dgm.evolve import Staging
from dgm.evolve.cell import Cell
from dgm.evolve.staging import Measuring, Series


def resolved(*tasks: int, of: int = 10) -> bytes:
    return bytes(Cell.RESOLVED if task in tasks else Cell.NEW for task in range(of))


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

    assert staging.judge(resolved(*range(7), of=20)).assigned == 20


def test_what_is_resolved_beyond_a_stage_does_not_earn_it() -> None:
    staging = Staging.of([2, 10], [1.0], 10)

    assert staging.judge(resolved(5, 6, 7)).assigned == 2


CELLS = st.binary(min_size=10, max_size=10).map(lambda drawn: bytes(byte % len(Cell) for byte in drawn))


@given(CELLS, st.integers(0, 9), st.sampled_from([0.0, 0.05, 0.5]))
def test_a_failure_more_never_earns_a_stage_and_never_lets_a_series_go_on(
    cells: bytes, worse: int, racing: float
) -> None:
    staging = Staging.of([2, 5, 10], [0.5, 0.6], 10, racing=racing)
    better = bytearray(cells)
    better[worse] = Cell.RESOLVED
    failed = bytearray(better)
    failed[worse] = Cell.UNRESOLVED

    after, before = staging.judge(bytes(failed)), staging.judge(bytes(better))

    assert after.assigned <= before.assigned
    assert after.stopped or not before.stopped or after.assigned < before.assigned


def outcomes(text: str, of: int = 20) -> bytes:
    """Read `+` as resolved, `-` as unresolved; the rest has not been run."""
    return bytes(Cell.RESOLVED if c == "+" else Cell.UNRESOLVED for c in text).ljust(of, bytes([Cell.NEW]))


def test_a_series_stops_when_it_cannot_earn_the_next_stage() -> None:
    staging = Staging.of([5, 20], [0.6], 20, racing=1e-9)

    assert staging.judge(outcomes("--")) == Series(5, stopped=False)
    assert staging.judge(outcomes("---")) == Series(5, stopped=True)


def test_a_series_stops_when_it_is_too_unlikely_to_earn_the_next_stage() -> None:
    likely, unlikely = (Staging.of([10, 20], [0.5], 20, racing=racing) for racing in (0.01, 0.2))

    assert not likely.judge(outcomes("----")).stopped
    assert unlikely.judge(outcomes("----")).stopped


def test_a_series_has_one_trial_at_least_however_unlikely_it_is() -> None:
    staging = Staging.of([10, 20], [0.9], 20, racing=0.5)

    assert not staging.judge(outcomes("")).stopped
    assert staging.judge(outcomes("-")).stopped


def test_a_series_without_racing_never_stops() -> None:
    assert not Staging.of([5, 20], [0.6], 20).judge(outcomes("-----")).stopped


def test_in_the_last_stage_nothing_is_left_to_earn_and_no_series_stops() -> None:
    assert Staging.of([2, 6], [0.5], 6, racing=0.9).judge(outcomes("+-----", of=6)) == Series(6, stopped=False)


def test_an_agent_that_is_measured_on_every_task_has_one_stage() -> None:
    assert Staging.of([2, 6], [0.5], 9, measuring=Measuring.WHOLE).sizes == (6,)


def test_where_a_strategy_measures_freely_the_first_and_the_largest_stage_are_left() -> None:
    assert Staging.of([2, 4, 6], [0.5], 9, measuring=Measuring.FREE).sizes == (2, 6)
