"""Several writes as one transaction."""

from pathlib import Path

import pytest

from dgm.archive import Run, Step, create_run, open_run
from dgm.errors import ArchiveError
from dgm.values import TrialState
from tests.archive.examples import CONFIG, LEASE, decision, open_attempt, open_trial, plant, scored, success
from tests.fakes import FakeClock

CLOCK = FakeClock()


def test_what_is_written_together_is_one_transaction(tmp_path: Path) -> None:
    steps: list[Step] = []
    with create_run(tmp_path, CONFIG, {}, CLOCK, watch=steps.append) as run:
        plant(run.archive)
        open_trial(run.archive)
        steps.clear()

        with run.archive.together():
            run.archive.close_trial(scored(1))
            open_trial(run.archive, "t2")

    assert steps.count(Step.ROW) == 1


def test_nothing_is_seen_of_it_before_it_ends(run: Run) -> None:
    with open_run(run.folder, CLOCK, readonly=True) as beside:
        with run.archive.together():
            open_trial(run.archive)
            during = beside.archive.trials()

        assert (len(during), len(beside.archive.trials())) == (0, 1)


def test_nothing_is_kept_of_it_after_a_raise(run: Run) -> None:
    open_trial(run.archive)

    with pytest.raises(ArchiveError, match="is open"), run.archive.together():  # noqa: PT012 - what came before it
        run.archive.close_trial(scored(1))
        open_trial(run.archive, "t2")
        open_trial(run.archive, "t2")

    assert [trial.state for trial in run.archive.trials()] == [TrialState.OPEN]


def test_a_write_that_fails_and_is_caught_takes_nothing_else_with_it(run: Run) -> None:
    with run.archive.together():
        open_trial(run.archive)
        with pytest.raises(ArchiveError, match="is open"):
            run.archive.open_trials(0, [("t9", 0, LEASE), ("t1", 0, LEASE)], decision(0, "t9", "t1"))

    assert [trial.task_id for trial in run.archive.trials()] == ["t1"]


def test_a_child_is_refused_there_since_its_ref_comes_after_its_row(run: Run) -> None:
    attempt = open_attempt(run.archive)

    with pytest.raises(ArchiveError, match="of its own"), run.archive.together():
        run.archive.close_attempt(success(attempt))


def test_a_founder_is_refused_there_too(run: Run) -> None:
    with pytest.raises(ArchiveError, match="of its own"), run.archive.together():
        plant(run.archive)
