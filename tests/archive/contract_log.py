"""What every archive keeps to: its log answers a request once, and is what is known of flags, vetoes and approvals."""

from contextlib import suppress
from dataclasses import replace

from dgm.ports import Archive
from tests.archive.examples import LEASE, decision, open_attempt, open_trial, scored


class LogContract:
    """Subclasses give a fixture `archive`, planted with one founder."""

    def test_an_event_is_returned_as_it_stands(self, archive: Archive) -> None:
        event = archive.add_event("note", "one", {"agent": 0})

        assert archive.events() == (event,)

    def test_a_request_is_answered_once(self, archive: Archive) -> None:
        first = archive.add_event("veto", "a0 is vetoed", {"agent": 0, "reason": "", "by": ""}, request="r1")
        again = archive.add_event("veto", "a0 is vetoed again", {"agent": 0}, request="r1")

        assert again == first == archive.answer("r1")
        assert len(archive.events()) == 1

    def test_a_request_without_an_entry_has_no_answer(self, archive: Archive) -> None:
        archive.add_event("note", "one")

        assert archive.answer("r1") is None

    def test_what_was_said_of_agents_is_read_from_the_log(self, archive: Archive) -> None:
        archive.add_event("note", "nothing", {"agent": 0})
        archive.add_event("veto", "a0 is vetoed", {"agent": 0, "reason": "odd", "by": "Ann"})

        ((mark,), later) = archive.marks(), archive.marks(after=2)

        assert (mark.kind, mark.agent, mark.reason, mark.by, later) == ("veto", 0, "odd", "Ann", ())

    def test_a_flag_stands_with_its_verdict(self, archive: Archive) -> None:
        archive.close_trial(scored(open_trial(archive).trial_id), flag="it passed what cannot be passed")

        (mark,) = archive.marks()
        assert (mark.kind, mark.agent, mark.by) == ("flag", 0, "dgm")

    def test_closing_a_flagged_trial_again_flags_nothing(self, archive: Archive) -> None:
        trial = open_trial(archive)
        for _ in range(2):
            archive.close_trial(scored(trial.trial_id), flag="why")

        assert len(archive.marks()) == 1

    def test_a_verdict_and_its_flag_are_kept_together_or_not_at_all(self, archive: Archive) -> None:
        trial = open_trial(archive)

        with suppress(KeyboardInterrupt), archive.together():
            archive.close_trial(scored(trial.trial_id), flag="why")
            raise KeyboardInterrupt

        assert (archive.marks(), archive.trials()[0].verdict) == ((), None)

    def test_a_decision_on_a_tripwire_is_no_strategys(self, archive: Archive) -> None:
        open_attempt(archive)
        own = replace(decision(0, "tripwire:t1"), action="tripwire")
        archive.open_trials(0, [("tripwire:t1", 0, LEASE)], own)

        assert archive.last_decision() == decision()
