"""The audit finds nothing in a whole run, and each kind of damage."""

import pytest

from dgm.archive import Run
from dgm.archive.audit import audit
from tests.archive.examples import add_child, open_trial, scored


@pytest.fixture
def grown(run: Run) -> Run:
    add_child(run.archive)
    run.archive.close_trial(scored(open_trial(run.archive).trial_id))
    return run


def test_a_whole_run_has_nothing_wrong(grown: Run) -> None:
    assert audit(grown) == ()


def test_a_missing_commit_is_found(grown: Run) -> None:
    commit = grown.archive.agent(1).commit
    (grown.folder / "archive.git/objects" / commit[:2] / commit[2:]).unlink()

    assert any(problem.startswith("a1 has no readable commit") for problem in audit(grown))


def test_a_damaged_artifact_is_found(grown: Run) -> None:
    for bundle in (grown.folder / "artifacts").iterdir():
        bundle.write_bytes(b"damage")

    assert sum("damaged" in problem for problem in audit(grown)) == 4
