"""Trials and the books: opened, closed, lost, opened again; nothing charged twice."""

from dataclasses import replace

import pytest

from dgm.archive import Run, RunArchive
from dgm.errors import ArchiveError
from dgm.values import OpenLease
from tests.archive.examples import (
    LEASE,
    SPENT,
    closed,
    decision,
    open_trial,
    scored,
    unscored,
)


def test_closing_a_trial_twice_changes_nothing(archive: RunArchive) -> None:
    trial = open_trial(archive).trial_id
    first = closed(archive, scored(trial))

    again = closed(archive, scored(trial, resolved=False))

    assert (again, archive.totals().spent, archive.calls_summary()[0].calls) == (first, SPENT, 1)


def test_only_public_artifacts_are_listed_for_agents(archive: RunArchive) -> None:
    trial = closed(archive, scored(open_trial(archive).trial_id))

    assert archive.public_artifacts(trial.trial_id) == {"transcript.jsonl": trial.artifacts["transcript.jsonl"]}


def test_the_lease_of_a_trial_is_the_one_of_its_last_outcome(archive: RunArchive) -> None:
    archive.settle_lost(lost_lease(archive), "its worker died")
    smaller = replace(LEASE, tokens=7)
    (number,) = archive.open_trials(0, [("t1", 0, smaller)], decision(0, "t1"))

    archive.close_trial(scored(number))

    assert archive.trial_lease(number) == smaller


def lost_lease(archive: RunArchive) -> OpenLease:
    open_trial(archive)
    (lease,) = archive.open_leases()
    return lease


def test_a_trial_without_an_outcome_has_no_lease_to_go_by(archive: RunArchive) -> None:
    trial = open_trial(archive)

    with pytest.raises(ArchiveError, match="no outcome"):
        archive.trial_lease(trial.trial_id)


def test_a_damaged_artifact_is_an_error(run: Run, archive: RunArchive) -> None:
    trial = closed(archive, scored(open_trial(archive).trial_id))
    (bundle,) = (run.folder / "artifacts").iterdir()
    data = bytearray(bundle.read_bytes())
    data[40] ^= 1
    bundle.write_bytes(bytes(data))

    with pytest.raises(ArchiveError, match="damaged"):
        archive.artifact(trial.artifacts["grading.log"])


def test_a_missing_artifact_is_an_error(run: Run, archive: RunArchive) -> None:
    trial = closed(archive, scored(open_trial(archive).trial_id))
    (bundle,) = (run.folder / "artifacts").iterdir()
    bundle.unlink()

    with pytest.raises(ArchiveError, match="missing"):
        archive.artifact(trial.artifacts["grading.log"])


def test_scores_count_only_scored_trials(archive: RunArchive) -> None:
    archive.close_trial(scored(open_trial(archive, "t1").trial_id))
    archive.close_trial(scored(open_trial(archive, "t2").trial_id, resolved=False))
    archive.close_trial(unscored(open_trial(archive, "t3").trial_id))
    open_trial(archive, "t4")

    (score,) = archive.scores()

    assert (score.resolved, score.n, score.unscored, score.open) == (1, 2, 1, 1)
