"""A confirmation from its first trial to its ruling, with the real archive and a handler that obeys."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dgm.config import ConfirmSection
from dgm.evaluations import Word
from dgm.evolve import Reason
from dgm.evolve.confirming import claims_of
from dgm.values import Side, TrialOrder, TrialOutcome, TrialState, Work
from tests.evolve.confirming.held import SETTING, Held, Skills, suite_with


@pytest.fixture
def held(tmp_path: Path) -> Held:
    """A line in which a1 and a2 resolve everything, and the founder nothing."""
    return Held(tmp_path / "run")


def test_a_better_agent_is_confirmed(held: Held) -> None:
    end = held.confirm(2)

    assert end.findings is not None
    assert end.findings.ruling.word is Word.CONFIRMED
    assert end.detail == (
        "confirmed: a2 is better than its founder a0, and than a0 with the same tokens; "
        "than its parent a1 is not shown."
    )


def test_an_agent_that_is_no_better_is_not_confirmed(held: Held) -> None:
    held.script.resolves = lambda order: True

    end = held.confirm(2)

    assert end.record.word == "not confirmed"
    assert end.detail.startswith("not confirmed: a2 resolved no more than its founder a0 and a0 with the same tokens")


def test_an_agent_that_only_spends_more_is_not_confirmed(tmp_path: Path) -> None:
    """It uses three times the tokens; with them the founder resolves more than with one try."""
    script = Skills(
        able=lambda order: order.agent_id > 0 or order.seed % 2 == 0,
        uses=lambda order: 30 if order.agent_id == 2 else 10,
        answers=lambda order: b"right" if order.seed % 2 == 0 else f"wrong {order.seed}".encode(),
    )
    held = Held(tmp_path / "run", script, suite_with(16))

    end = held.confirm(2)

    assert end.findings is not None
    founder, control = end.findings.sides[Side.FOUNDER], end.findings.sides[Side.CONTROL]
    assert founder.resolved < control.resolved
    assert control.used.tokens >= end.findings.agent.used.tokens
    assert not end.findings.ruling.comparisons[Side.CONTROL].holds
    assert control.tries == 3 * 16


def test_every_trial_is_run_once(held: Held) -> None:
    held.section = ConfirmSection(repeats=2)

    held.confirm(2)

    assert len(held.ran) == len(set(held.ran)) == 3 * 8 * 2


def test_a_repeated_confirmation_of_another_agent_runs_the_founder_no_more(held: Held) -> None:
    held.confirm(1)
    before = len(held.ran)

    held.confirm(2)

    assert {agent for agent, _, _ in held.ran[before:]} == {2}


def test_more_repeats_run_only_what_is_new(held: Held) -> None:
    held.confirm(1)
    before = len(held.ran)
    held.section = ConfirmSection(repeats=3)

    end = held.confirm(1)

    assert {repeat for _, _, repeat in held.ran[before:]} == {1, 2}
    assert end.findings is not None
    assert end.findings.agent.share.n == 24


def test_a_second_confirmation_is_corrected_for_the_first(held: Held) -> None:
    held.confirm(1)

    end = held.confirm(2)

    assert end.findings is not None
    assert end.findings.ruling.p_holm == pytest.approx(2 * end.findings.ruling.p)


def test_later_confirmations_can_undo_an_earlier_one(tmp_path: Path) -> None:
    """Six tasks won of six: p = 0.031, which is nothing any more once the holdout was used again."""
    held = Held(tmp_path / "run", suite=suite_with(6))
    held.confirm(1)
    with held.open() as run:
        assert claims_of(run.archive.confirmations())[1].holds

    held.script.resolves = lambda order: False
    held.confirm(2)

    with held.open() as run:
        claim = claims_of(run.archive.confirmations())[1]
    assert (claim.holds, claim.word) == (False, Word.CONFIRMED)


def test_begin_and_end_are_logged(held: Held) -> None:
    end = held.confirm(1)

    with held.open() as run:
        texts = [event.text for event in run.archive.events() if event.kind == "confirm"]
    assert texts == ["begins", end.detail]


def test_nobody_is_told_who_resolved_what_before_the_end(held: Held) -> None:
    held.confirm(2)

    said = [event for progress in held.told for event in progress.events]
    assert any("has ended" in event for event in said)
    assert not any("resolved" in event or "tests failed" in event for event in said)


# Crashes, stops, budgets.


def interrupted_at(count: int, error: BaseException) -> Callable[[Work], BaseException | None]:
    seen = Counter[str]()

    def raises(work: Work) -> BaseException | None:
        seen["work"] += 1
        return error if seen["work"] == count else None

    return raises


class Killed(BaseException):
    """What nothing catches, as a kill -9 is caught by nothing."""


def test_ctrl_c_loses_only_what_is_under_way_and_the_next_call_goes_on(held: Held) -> None:
    held.script.raises = interrupted_at(5, KeyboardInterrupt())
    end = held.confirm(2)
    assert (end.reason, end.findings, len(end.lost)) == (Reason.STOPPED, None, 1)

    end = held.confirm(2)

    assert end.record.word == "confirmed"
    assert len(held.ran) == len(set(held.ran)) == 24
    with held.open() as run:
        assert len(run.archive.confirmations()) == 1


@pytest.mark.parametrize("count", [1, 5, 24])
def test_a_killed_driver_counts_no_trial_twice(held: Held, count: int) -> None:
    held.script.raises = interrupted_at(count, Killed())
    with pytest.raises(Killed):
        held.confirm(2)

    end = held.confirm(2)

    assert end.record.word == "confirmed"
    assert len(held.ran) == len(set(held.ran)) == 24
    with held.open() as run:
        assert {trial.state for trial in run.archive.holdout_trials(SETTING)} == {TrialState.SCORED}


def test_what_a_killed_driver_left_under_way_is_charged_whole(held: Held) -> None:
    held.script.raises = interrupted_at(5, Killed())
    with pytest.raises(Killed):
        held.confirm(2)

    end = held.confirm(2)

    assert end.record.spent.tokens == 24 * 10 + 100


def test_where_tokens_are_limited_every_start_that_it_may_have_had_is_charged(held: Held) -> None:
    held.section = ConfirmSection(repeats=1, tokens=10_000)
    held.script.raises = interrupted_at(5, Killed())
    with pytest.raises(Killed):
        held.confirm(2)

    end = held.confirm(2)

    assert end.record.spent.tokens == 24 * 10 + 2 * 100
    assert held.told[-1].tokens == end.record.spent.tokens


def test_what_another_confirmation_left_under_way_is_charged_to_that(held: Held) -> None:
    held.script.raises = interrupted_at(2, Killed())
    with pytest.raises(Killed):
        held.confirm(1)

    end = held.confirm(2)

    assert end.record.spent.tokens == (3 * 8 - 1) * 10
    with held.open() as run:
        assert run.archive.confirmations()[0].spent.tokens == 10 + 100


def test_a_budget_that_is_used_up_ends_it_without_a_ruling_and_a_larger_one_goes_on(held: Held) -> None:
    held.section = ConfirmSection(repeats=1, tokens=1000)
    held.script.uses = lambda order: 90

    end = held.confirm(2)

    assert (end.reason, end.findings) == (Reason.FINISHED, None)
    assert "its budget is used up" in end.detail
    assert end.record.word == ""
    held.section = ConfirmSection(repeats=1, tokens=100_000)
    assert held.confirm(2).record.word == "confirmed"


def test_every_trial_has_the_same_lease_to_the_last(held: Held) -> None:
    """A search gives what is left; here the last pairs would be of unequal sides."""
    held.section = ConfirmSection(repeats=1, tokens=1000, hours=1.0)
    held.script.uses = lambda order: 90

    held.confirm(2)

    leases = {order.lease for order in held.script.orders if isinstance(order, TrialOrder)}
    assert {(lease.tokens, lease.seconds) for lease in leases} == {(100, 120.0)}


def test_the_budget_is_never_passed(held: Held) -> None:
    held.section = ConfirmSection(repeats=1, tokens=1000)
    held.script.uses = lambda order: 100

    held.confirm(2)

    with held.open() as run:
        assert run.archive.confirmations()[0].spent.tokens <= 1000


def test_hours_are_summed_over_all_calls(held: Held) -> None:
    held.clock.step_s = 1.0
    held.script.raises = interrupted_at(5, KeyboardInterrupt())
    held.confirm(2)
    with held.open() as run:
        first = run.archive.confirmations()[0].hours

    held.confirm(2)

    with held.open() as run:
        assert run.archive.confirmations()[0].hours > first > 0


def test_a_stop_is_obeyed(held: Held) -> None:
    assert held.confirm(2, stop=lambda: True).reason is Reason.STOPPED


def test_a_refused_key_stops_it(held: Held) -> None:
    held.script.must_stop = "401: the key is refused"

    end = held.confirm(2)

    assert (end.reason, end.detail) == (Reason.REFUSED, "401: the key is refused")


def test_an_infrastructure_that_fails_again_and_again_stops_it(held: Held) -> None:
    held.script.infrastructure = lambda order: "no engine"

    end = held.confirm(2)

    assert end.reason is Reason.INFRASTRUCTURE
    assert "no engine" in end.detail


def lost_once(order: TrialOrder) -> str | None:
    return "no engine" if (order.agent_id, order.task.task_id) == (2, "t50") else None


def test_a_trial_that_cannot_be_scored_counts_against_the_agent(held: Held) -> None:
    held.script.infrastructure = lost_once

    end = held.confirm(2)

    assert end.findings is not None
    assert (end.findings.agent.resolved, end.findings.agent.lost) == (7, 1)
    assert held.ran.count((2, "t50", 0)) == 3


@pytest.mark.parametrize("side", [Side.FOUNDER, Side.CONTROL, Side.CEILING])
def test_a_trial_of_the_founder_that_cannot_be_scored_counts_for_it(held: Held, side: Side) -> None:
    held.script.infrastructure = lambda order: (
        "no engine" if (order.agent_id, order.task.task_id) == (0, "t50") else None
    )

    end = held.confirm(2)

    assert end.findings is not None
    assert (end.findings.sides[side].resolved, end.findings.sides[side].lost) == (1, 1)


def test_work_that_fails_its_worker_is_tried_again(held: Held) -> None:
    held.script.raises = interrupted_at(3, RuntimeError("broken worker"))

    assert held.confirm(2).record.word == "confirmed"


def test_another_agent_than_was_ordered_is_not_scored(tmp_path: Path) -> None:
    class Deceived(Skills):
        def trial(self, order: TrialOrder) -> TrialOutcome:
            return replace(super().trial(order), agent_digest="f" * 64)

    end = Held(tmp_path / "run", Deceived()).confirm(2)

    assert end.reason is Reason.INFRASTRUCTURE
    assert "the worker ran agent ffffffffffff" in end.detail
