"""The founder with the agent's tokens: how many tries it gets, and which answer counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.evolve.confirming import ControlTries, control_tries
from dgm.values import ConfirmationPlan, Finish, HoldoutTrial, Side, TrialState
from tests.evolve.confirming.held import ended, known

PLAN = ConfirmationPlan(2, 0, 1, (Side.FOUNDER,), ("t50",), 1, 5, "h", "s")


def control(agent_tokens: int, *tries: HoldoutTrial) -> ControlTries:
    found = control_tries(PLAN, known(ended(2, tokens=agent_tokens), *tries), "t50", 0)
    assert found is not None
    return found


def tries(*resolved: bool, tokens: int = 10, answers: str = "") -> list[HoldoutTrial]:
    names = answers or "abcdefgh"
    return [ended(0, draw=i, resolved=one, tokens=tokens, answer=names[i]) for i, one in enumerate(resolved)]


def test_there_is_no_control_before_the_agents_trial() -> None:
    assert control_tries(PLAN, known(*tries(True)), "t50", 0) is None


@given(agents=st.integers(0, 60), each=st.integers(1, 30))
def test_the_control_has_at_least_the_agents_tokens_and_no_try_too_many(agents: int, each: int) -> None:
    found = control(agents, *tries(*[False] * 8, tokens=each))

    if len(found.tries) < PLAN.tries:
        assert found.used.tokens >= agents
    assert len(found.tries) == 1 or found.used.tokens - each < agents


def test_the_control_has_one_try_at_least() -> None:
    assert len(control(0, *tries(True, True)).tries) == 1


def test_more_is_due_until_the_tokens_are_used() -> None:
    assert not control(25, *tries(False, False)).is_whole
    assert control(25, *tries(False, False, False)).is_whole


def test_the_answer_that_most_tries_gave_counts() -> None:
    found = control(30, *tries(True, False, False, answers="abb"))

    assert (found.resolved, found.any_resolved) == (False, True)


def test_the_earliest_answer_counts_where_none_is_more_frequent() -> None:
    assert control(30, *tries(True, False, False, answers="abc")).resolved
    assert not control(30, *tries(False, True, True, answers="abc")).resolved


@pytest.mark.parametrize("finish", [Finish.EMPTY, Finish.REFUSED])
def test_what_is_no_answer_is_never_chosen(finish: Finish) -> None:
    none = [ended(0, draw=draw, answer="same", finish=finish) for draw in range(2)]

    found = control(30, *none, ended(0, draw=2, resolved=True, answer="one"))

    assert found.resolved


def test_without_any_answer_nothing_is_resolved() -> None:
    assert not control(10, ended(0, answer=None)).resolved


def test_tries_that_cannot_use_the_tokens_end_and_any_that_is_right_counts() -> None:
    found = control(1000, *tries(False, True, False, False, False))

    assert (found.is_whole, found.has_its_tokens, found.resolved) == (True, False, True)


def test_a_try_that_was_lost_counts_for_the_control() -> None:
    found = control(30, ended(0, state=TrialState.UNSCORED, tokens=0, answer=None))

    assert (found.is_whole, found.resolved) == (True, True)


def test_tries_for_an_agent_that_used_more_are_left_out() -> None:
    assert len(control(10, *tries(False, True, True)).tries) == 1
