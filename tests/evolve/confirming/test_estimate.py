"""What a confirmation will use, judged by the search."""

import pytest

from dgm.evolve.confirming import estimated_tokens
from dgm.values import ConfirmationPlan, Side
from tests.evolve.confirming.held import ended, known

PLAN = ConfirmationPlan(2, 0, 1, (Side.FOUNDER, Side.PARENT), ("x", "y"), 3, 8, "h", "s")


def test_each_agent_uses_what_it_used_in_the_search() -> None:
    found = estimated_tokens(PLAN, {}, {2: [10, 10], 0: [10, 10], 1: [30, 30]})

    assert found is not None
    assert (found.tokens, found.low, found.high, found.n) == (6 * (10 + 10 + 30), 300, 300, 6)


def test_the_control_uses_as_much_as_the_agent_and_half_a_try() -> None:
    found = estimated_tokens(PLAN, {}, {2: [100, 100], 0: [10, 10], 1: [30, 30]})

    assert found is not None
    assert found.tokens == 6 * (100 + 30 + 100 + 10 / 2)


def test_what_has_run_is_not_used_again() -> None:
    every = known(*(ended(agent, task, repeat) for agent in (0, 1, 2) for task in ("x", "y") for repeat in range(3)))

    found = estimated_tokens(PLAN, every, {2: [10, 10], 0: [10, 10], 1: [30, 30]})

    assert found is not None
    assert found.tokens == 0


def test_the_interval_is_wider_where_the_search_scattered() -> None:
    found = estimated_tokens(PLAN, {}, {2: [5, 15], 0: [10, 10], 1: [30, 30]})

    assert found is not None
    assert found.low < found.tokens < found.high


@pytest.mark.parametrize("used", [{}, {2: [1, 2], 0: [1], 1: [1, 2]}])
def test_too_few_trials_tell_nothing(used: dict[int, list[int]]) -> None:
    assert estimated_tokens(PLAN, {}, used) is None
