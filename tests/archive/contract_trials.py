"""What every archive does with trials and its books: nothing is lost, and nothing charged twice."""

import pytest

from dgm.errors import AgentNotFound, ArchiveError
from dgm.ports import Archive
from dgm.values import AttemptState, Failure, Finish, Grader, Lease, Spent, Totals, TrialState, Verdict
from tests.archive.examples import (
    CALL,
    FOUNDER,
    LEASE,
    LEVEL,
    SPENT,
    SUITE,
    closed,
    decision,
    open_attempt,
    open_trial,
    plant,
    scored,
    success,
    unscored,
)


class TrialsContract:
    """Subclasses give a fixture `archive`, planted with one founder."""

    def test_an_open_trial_names_the_tree_it_is_for(self, archive: Archive) -> None:
        trial = open_trial(archive)

        assert (trial.state, trial.verdict, trial.agent_digest) == (TrialState.OPEN, None, FOUNDER.digest)

    def test_a_scored_trial_keeps_its_verdict(self, archive: Archive) -> None:
        trial = closed(archive, scored(open_trial(archive).trial_id, resolved=False))

        assert trial.verdict == Verdict(False, Finish.TESTS_FAILED, 0, 1)

    def test_a_score_names_its_suite_its_sandbox_and_its_grader(self, archive: Archive) -> None:
        trial = closed(archive, scored(open_trial(archive).trial_id))

        assert (trial.suite_digest, trial.engine, trial.image) == (SUITE.digest, LEVEL.engine, LEVEL.image)
        assert trial.grader is Grader.PYTEST

    def test_a_trial_without_a_verdict_is_unscored_with_its_reason(self, archive: Archive) -> None:
        trial = closed(archive, unscored(open_trial(archive).trial_id))

        assert (trial.state, trial.verdict, trial.infrastructure) == (TrialState.UNSCORED, None, "the engine went away")

    def test_an_unscored_trial_is_opened_again_in_its_row(self, archive: Archive) -> None:
        first = closed(archive, unscored(open_trial(archive).trial_id))

        again = open_trial(archive)

        assert (again.trial_id, again.state, again.infrastructure) == (first.trial_id, TrialState.OPEN, None)

    def test_a_trials_spending_sums_all_its_leases(self, archive: Archive) -> None:
        archive.close_trial(unscored(open_trial(archive).trial_id))

        trial = closed(archive, scored(open_trial(archive).trial_id))

        assert (trial.spent, archive.totals().spent) == (SPENT + SPENT, SPENT + SPENT)

    @pytest.mark.parametrize("close", [None, scored])
    def test_a_trial_that_is_open_or_scored_is_not_opened_again(self, archive: Archive, close: object) -> None:
        trial = open_trial(archive)
        if callable(close):
            archive.close_trial(close(trial.trial_id))

        with pytest.raises(ArchiveError, match="t1"):
            open_trial(archive)

    def test_a_refused_trial_takes_the_others_of_its_batch_with_it(self, archive: Archive) -> None:
        open_trial(archive, "t1")
        before = archive.last_decision()

        with pytest.raises(ArchiveError):
            archive.open_trials(0, [("t2", 0, LEASE), ("t1", 0, LEASE)], decision(0, "t2", "t1"))

        assert (len(archive.trials()), len(archive.open_leases()), archive.last_decision()) == (1, 1, before)

    def test_trials_of_an_unknown_agent_are_refused(self, archive: Archive) -> None:
        with pytest.raises(AgentNotFound):
            archive.open_trials(5, [("t1", 0, LEASE)], decision())

    def test_one_agents_trials_are_in_order(self, archive: Archive) -> None:
        opened = archive.open_trials(0, [(task, 0, LEASE) for task in ("t3", "t1", "t2")], decision())

        assert archive.trials(0) == archive.trials()
        assert tuple(trial.trial_id for trial in archive.trials()) == opened

    def test_artifacts_come_back_by_their_content(self, archive: Archive) -> None:
        outcome = scored(open_trial(archive).trial_id)
        trial = closed(archive, outcome)

        assert {name: archive.artifact(sha) for name, sha in trial.artifacts.items()} == outcome.artifacts

    def test_artifacts_are_found_among_what_their_trial_left(self, archive: Archive) -> None:
        outcome = scored(open_trial(archive).trial_id)
        trial = closed(archive, outcome)

        assert {name: archive.artifact(sha, of=trial) for name, sha in trial.artifacts.items()} == outcome.artifacts

    def test_a_trial_opened_again_shows_its_newest_artifacts(self, archive: Archive) -> None:
        archive.close_trial(unscored(open_trial(archive).trial_id))
        archive.close_trial(scored(open_trial(archive).trial_id))

        (trial,) = archive.trials()

        assert set(trial.artifacts) == {"transcript.jsonl", "grading.log"}

    def test_an_artifact_nobody_kept_is_an_error(self, archive: Archive) -> None:
        with pytest.raises(ArchiveError, match="no artifact"):
            archive.artifact("0" * 64)

    def test_a_lease_is_open_until_its_work_is_settled(self, archive: Archive) -> None:
        trial = open_trial(archive)

        (lease,) = archive.open_leases()
        archive.close_trial(scored(trial.trial_id))

        assert (lease.lease, lease.trial_id, lease.attempt_id, archive.open_leases()) == (
            LEASE,
            trial.trial_id,
            None,
            (),
        )

    def test_a_lost_trial_is_charged_whole_and_stays_unscored(self, archive: Archive) -> None:
        open_trial(archive)
        (lease,) = archive.open_leases()

        archive.settle_lost(lease, "its worker died")

        (trial,) = archive.trials()
        assert (trial.state, trial.infrastructure, trial.spent) == (TrialState.UNSCORED, "its worker died", LEASE.whole)

    def test_a_lost_attempt_is_charged_whole_and_failed(self, archive: Archive) -> None:
        open_attempt(archive)
        (lease,) = archive.open_leases()

        archive.settle_lost(lease, "its worker died")

        (attempt,) = archive.attempts()
        assert (attempt.state, attempt.failure, attempt.spent) == (AttemptState.FAILED, Failure.LOST, LEASE.whole)

    def test_a_lease_is_lost_once(self, archive: Archive) -> None:
        open_trial(archive)
        (lease,) = archive.open_leases()

        archive.settle_lost(lease, "its worker died")
        archive.settle_lost(lease, "again")

        assert archive.totals().spent == LEASE.whole

    def test_a_settled_lease_is_not_lost(self, archive: Archive) -> None:
        trial = open_trial(archive)
        (lease,) = archive.open_leases()
        after = closed(archive, scored(trial.trial_id))

        archive.settle_lost(lease, "a late report")

        assert archive.trial(trial.trial_id) == after

    def test_an_old_lease_of_a_trial_opened_again_is_not_lost(self, archive: Archive) -> None:
        open_trial(archive)
        (old,) = archive.open_leases()
        archive.settle_lost(old, "its worker died")
        again = open_trial(archive)

        archive.settle_lost(old, "a late report")

        assert archive.trial(again.trial_id).state is TrialState.OPEN

    def test_a_late_outcome_of_a_lost_trial_changes_nothing(self, archive: Archive) -> None:
        trial = open_trial(archive)
        archive.settle_lost(archive.open_leases()[0], "its worker died")

        late = closed(archive, scored(trial.trial_id))

        assert (late.state, late.spent) == (TrialState.UNSCORED, LEASE.whole)

    def test_spending_outside_of_attempts_and_trials_counts(self, archive: Archive) -> None:
        archive.add_calls((CALL,), SPENT, note="screening of basic")

        assert (archive.totals().spent, archive.open_leases()) == (SPENT, ())

    def test_the_screening_of_a_founder_settles_its_lease(self, archive: Archive) -> None:
        lease = archive.open_screening("basic", LEASE)

        archive.add_calls((CALL,), SPENT, note="screening of basic", lease=lease)

        assert (archive.totals().spent, archive.open_leases()) == (SPENT, ())

    def test_a_screening_that_was_lost_is_charged_whole_once(self, archive: Archive) -> None:
        archive.open_screening("basic", LEASE)
        (lease,) = archive.open_leases()

        archive.settle_lost(lease, "the driver died")
        archive.settle_lost(lease, "the driver died")

        assert (archive.totals().spent, archive.open_leases()) == (LEASE.whole, ())

    def test_the_results_of_trials_are_what_the_trials_say(self, archive: Archive) -> None:
        archive.close_trial(scored(open_trial(archive, "t1").trial_id))
        archive.close_trial(scored(open_trial(archive, "t2").trial_id, resolved=False))
        archive.close_trial(unscored(open_trial(archive, "t3").trial_id))
        open_trial(archive, "t4")

        told = [(result.task_id, result.state, result.resolved) for result in archive.trial_results()]
        assert told == [(t.task_id, t.state, t.verdict and t.verdict.resolved) for t in archive.trials()]
        assert [resolved for _, _, resolved in told] == [True, False, None, None]

    def test_totals_count_what_is_done(self, archive: Archive) -> None:
        open_attempt(archive)
        archive.close_trial(scored(open_trial(archive, "t1").trial_id))
        archive.close_trial(unscored(open_trial(archive, "t2").trial_id))
        open_trial(archive, "t3")
        archive.add_hours(1.5)
        archive.add_hours(0.25)

        assert archive.totals() == Totals(SPENT + SPENT, attempts=0, trials=1, agents=1, hours=1.75)

    def test_a_lease_of_nothing_costs_nothing_when_it_is_lost(self, archive: Archive) -> None:
        archive.open_trials(0, [("t1", 0, Lease(0, 0.0, 0.0))], decision())

        archive.settle_lost(archive.open_leases()[0], "gone")

        assert archive.totals().spent == Spent()

    def test_nothing_is_kept_of_what_is_written_together_after_a_raise(self, archive: Archive) -> None:
        open_trial(archive)

        with pytest.raises(ArchiveError, match="is open"), archive.together():  # noqa: PT012 - what came before it
            archive.close_trial(scored(1))
            open_trial(archive, "t2")
            open_trial(archive, "t2")

        assert [trial.state for trial in archive.trials()] == [TrialState.OPEN]
        assert (len(archive.open_leases()), archive.totals().trials) == (1, 0)

    def test_a_write_that_fails_and_is_caught_takes_nothing_else_with_it(self, archive: Archive) -> None:
        with archive.together():
            open_trial(archive)
            with pytest.raises(ArchiveError, match="is open"):
                archive.open_trials(0, [("t9", 0, LEASE), ("t1", 0, LEASE)], decision(0, "t9", "t1"))

        assert [trial.task_id for trial in archive.trials()] == ["t1"]

    def test_a_child_is_not_written_together_with_other_things(self, archive: Archive) -> None:
        attempt = open_attempt(archive)

        with pytest.raises(ArchiveError, match="of its own"), archive.together():
            archive.close_attempt(success(attempt))

    def test_a_founder_is_not_written_together_with_other_things(self, archive: Archive) -> None:
        with pytest.raises(ArchiveError, match="of its own"), archive.together():
            plant(archive)
