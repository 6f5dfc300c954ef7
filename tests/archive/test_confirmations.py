"""Confirmations and their trials on the holdout stand apart from everything that a search counts."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from dgm.archive import Run
from dgm.archive.audit import audit
from dgm.archive.confirmations import ConfirmingArchive
from dgm.errors import ArchiveError
from dgm.values import ConfirmationPlan, Finish, HoldoutKey, HoldoutTrial, Side, TrialState
from tests.archive.examples import CALL, LEASE, SPENT, add_child, open_trial, scored, unscored

SETTING = "e" * 64
KEY = HoldoutKey(1, "held", 0)


def plan() -> ConfirmationPlan:
    return ConfirmationPlan(1, 0, 0, (Side.FOUNDER, Side.PARENT), ("held",), 2, 8, "f" * 64, SETTING)


@pytest.fixture
def confirming(run: Run) -> ConfirmingArchive:
    """An archive with a founder, its child, a trial of the search, and an open confirmation."""
    add_child(run.archive)
    run.archive.close_trial(scored(open_trial(run.archive, agent=1).trial_id))
    run.archive.open_confirmation(plan(), "confirmation of a1 begins")
    return run.archive


def opened(archive: ConfirmingArchive, key: HoldoutKey = KEY) -> HoldoutTrial:
    (trial,) = archive.open_holdout_trials(1, [(key, LEASE)])
    return trial


def seen_by_the_search(archive: ConfirmingArchive) -> dict[str, Any]:
    return {
        "trials": archive.trials(),
        "results": archive.trial_results(),
        "scores": archive.scores(),
        "calls": archive.calls_summary(),
        "counts": archive.state_counts(),
        "totals": archive.totals(),
        "leases": archive.open_leases(),
        "decision": archive.last_decision(),
        "view": archive._db.execute("SELECT * FROM scores").fetchall(),
    }


def test_nothing_of_a_confirmation_is_seen_by_the_search(confirming: ConfirmingArchive) -> None:
    before = seen_by_the_search(confirming)

    held = opened(confirming)
    while_open = seen_by_the_search(confirming)
    confirming.close_holdout_trial(scored(held.trial_id))
    opened(confirming, replace_draw(1))
    confirming.settle_holdout_lost(confirming.open_holdout_leases(1)[0], "gone")

    assert while_open == before
    assert seen_by_the_search(confirming) == before


def replace_draw(draw: int) -> HoldoutKey:
    return KEY._replace(draw=draw)


def test_a_confirmation_is_read_back_as_it_was_planned(confirming: ConfirmingArchive) -> None:
    (record,) = confirming.confirmations()

    assert record.plan == plan()
    assert not record.has_ended


def test_a_trial_is_read_back_with_its_answer_and_what_its_calls_used(confirming: ConfirmingArchive) -> None:
    outcome = replace(scored(opened(confirming).trial_id), artifacts={"answer.diff": b"a change\n"})

    trial = confirming.close_holdout_trial(outcome)

    assert (trial.key, trial.resolved, trial.finish) == (KEY, True, Finish.RESOLVED)
    assert trial.used.tokens == CALL.input_tokens + CALL.output_tokens
    assert trial.answer is not None
    assert confirming.artifact(trial.answer) == b"a change\n"
    assert confirming.holdout_trials(SETTING) == (trial,)


def test_what_a_trial_spends_is_its_confirmations(confirming: ConfirmingArchive) -> None:
    confirming.close_holdout_trial(scored(opened(confirming).trial_id))

    assert confirming.confirmation(1).spent == SPENT


def test_lost_work_is_charged_whole_for_each_start(confirming: ConfirmingArchive) -> None:
    opened(confirming)

    confirming.settle_holdout_lost(confirming.open_holdout_leases(1)[0], "gone", starts=2)

    assert confirming.confirmation(1).spent.tokens == 2 * LEASE.tokens
    assert [trial.state for trial in confirming.holdout_trials(SETTING)] == [TrialState.UNSCORED]
    assert confirming.open_holdout_leases(1) == ()


def test_an_unscored_trial_is_opened_again_in_its_row(confirming: ConfirmingArchive) -> None:
    first = opened(confirming)
    confirming.close_holdout_trial(unscored(first.trial_id))

    assert opened(confirming).trial_id == first.trial_id


@pytest.mark.parametrize("close", [False, True])
def test_a_trial_that_is_open_or_scored_is_not_opened_again(confirming: ConfirmingArchive, close: bool) -> None:
    trial = opened(confirming)
    if close:
        confirming.close_holdout_trial(scored(trial.trial_id))

    with pytest.raises(ArchiveError, match="open or scored already"):
        opened(confirming)


def test_a_trial_is_closed_once(confirming: ConfirmingArchive) -> None:
    trial = opened(confirming)
    confirming.close_holdout_trial(scored(trial.trial_id))

    again = confirming.close_holdout_trial(scored(trial.trial_id, resolved=False))

    assert again.resolved
    assert confirming.confirmation(1).spent == SPENT


def test_a_further_draw_is_a_trial_of_its_own(confirming: ConfirmingArchive) -> None:
    assert opened(confirming).trial_id != opened(confirming, replace_draw(1)).trial_id


def test_begin_and_end_stand_in_the_log(confirming: ConfirmingArchive) -> None:
    ended = confirming.close_confirmation(1, p=0.03, word="confirmed", text="a1 is confirmed", result={"n": 8})

    assert (ended.has_ended, ended.p, ended.word, ended.text) == (True, 0.03, "confirmed", "a1 is confirmed")
    events = [event for event in confirming.events() if event.kind == "confirm"]
    assert [event.text for event in events] == ["confirmation of a1 begins", "a1 is confirmed"]
    assert events[0].data["holdout"] == "f" * 64


def test_a_confirmation_ends_once(confirming: ConfirmingArchive) -> None:
    confirming.close_confirmation(1, p=0.03, word="confirmed", text="first", result={})

    assert confirming.close_confirmation(1, p=0.9, word="not confirmed", text="second", result={}).text == "first"


def test_hours_add_up(confirming: ConfirmingArchive) -> None:
    confirming.add_confirmation_hours(1, 0.5)
    confirming.add_confirmation_hours(1, 0.25)

    assert confirming.confirmation(1).hours == 0.75
    assert confirming.totals().hours == 0


def test_an_unknown_confirmation_is_refused(confirming: ConfirmingArchive) -> None:
    with pytest.raises(ArchiveError, match="no confirmation 7"):
        confirming.confirmation(7)


def test_a_damaged_artifact_of_the_holdout_is_found(run: Run, confirming: ConfirmingArchive) -> None:
    confirming.close_holdout_trial(scored(opened(confirming).trial_id))
    row = confirming._db.execute("SELECT bundle FROM artifacts WHERE holdout_trial IS NOT NULL").fetchone()
    assert audit(run) == ()

    (run.folder / "artifacts" / f"{row[0]}.zip").write_bytes(b"damaged")

    assert any("missing or damaged" in fault for fault in audit(run))


def test_every_reference_has_its_row(run: Run, confirming: ConfirmingArchive) -> None:
    confirming.close_holdout_trial(scored(opened(confirming).trial_id))

    with sqlite3.connect(run.folder / "dgm.db") as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


def test_in_another_setting_the_same_trial_is_another(confirming: ConfirmingArchive) -> None:
    confirming.close_holdout_trial(scored(opened(confirming).trial_id))
    confirming.open_confirmation(replace(plan(), setting="another model"), "begins")

    (other,) = confirming.open_holdout_trials(2, [(KEY, LEASE)])

    assert confirming.holdout_trials("another model") == (other,)
    assert [trial.state for trial in confirming.holdout_trials(SETTING)] == [TrialState.SCORED]
