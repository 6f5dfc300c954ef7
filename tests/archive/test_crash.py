"""A driver that is killed with SIGKILL loses nothing that it had acknowledged."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dgm.archive import Run, Step, create_run, open_run
from dgm.values import AttemptState, TrialState
from tests.archive.examples import (
    CONFIG,
    FOUNDER,
    SPENT,
    SUITE,
    child_of,
    git_dir,
    open_attempt,
    open_trial,
    plant,
    scored,
    success,
)
from tests.fakes import FakeClock

ROOT = Path(__file__).parents[2]
NOT_YET = (Step.STAGED, Step.ARTIFACTS, Step.COMMIT)
DONE = (Step.ROW, Step.REF)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run with a founder, an open attempt 1 and an open trial 1, and no driver."""
    with create_run(tmp_path / "run", CONFIG, {"suite": SUITE}, FakeClock()) as run:
        plant(run.archive)
        open_attempt(run.archive)
        open_trial(run.archive)
    return tmp_path / "run"


def stop_at(folder: Path, step: Step, what: str) -> None:
    command = [sys.executable, "-m", "tests.archive.stopped_driver", str(folder), step, what, "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def resumed(folder: Path) -> Run:
    return open_run(folder, FakeClock())


def fsck(run: Run) -> str:
    command = ["git", "--git-dir", git_dir(run), "fsck", "--full", "--strict", "--no-dangling"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("step", [*NOT_YET, *DONE])
def test_git_is_clean_and_every_agent_readable_after_a_kill(folder: Path, step: Step) -> None:
    stop_at(folder, step, "attempt")

    with resumed(folder) as run:
        assert fsck(run) == ""
        assert [tree.digest for tree in map(run.archive.tree, range(len(run.archive.agents())))] == [
            agent.digest for agent in run.archive.agents()
        ]


@pytest.mark.parametrize("step", NOT_YET)
def test_a_child_without_a_row_was_never_there_and_can_be_closed_again(folder: Path, step: Step) -> None:
    stop_at(folder, step, "attempt")

    with resumed(folder) as run:
        before = run.archive.attempt(1).state
        closed = run.archive.close_attempt(success(1))

        assert (before, closed.state, run.archive.tree(1)) == (AttemptState.OPEN, AttemptState.CHILD, child_of(FOUNDER))


@pytest.mark.parametrize("step", DONE)
def test_a_child_with_a_row_is_there_and_is_charged_once(folder: Path, step: Step) -> None:
    stop_at(folder, step, "attempt")

    with resumed(folder) as run:
        run.archive.close_attempt(success(1))

        assert (len(run.archive.agents()), run.archive.tree(1), run.archive.totals().spent) == (
            2,
            child_of(FOUNDER),
            SPENT,
        )


def test_a_row_without_a_ref_gets_its_ref(folder: Path) -> None:
    stop_at(folder, Step.ROW, "attempt")
    ref = folder / "archive.git" / "refs" / "agents" / "a1"
    assert not ref.exists()

    with resumed(folder) as run:
        assert ref.read_text().strip() == run.archive.agent(1).commit


def test_any_agents_lost_ref_comes_back(folder: Path) -> None:
    with resumed(folder) as run:
        run.archive.close_attempt(success(1))
    (folder / "archive.git/refs/agents/a0").unlink()

    with resumed(folder) as run:
        assert (folder / "archive.git/refs/agents/a0").read_text().strip() == run.archive.agent(0).commit


def test_packed_refs_are_refs(folder: Path) -> None:
    subprocess.run(["git", "--git-dir", folder / "archive.git", "pack-refs", "--all"], check=True)

    with resumed(folder):
        assert not (folder / "archive.git/refs/agents/a0").exists()


def test_no_temporary_file_is_left(folder: Path) -> None:
    stop_at(folder, Step.STAGED, "attempt")
    assert list(folder.rglob("*.tmp"))

    with resumed(folder):
        assert not list(folder.rglob("*.tmp"))


@pytest.mark.parametrize("step", [Step.STAGED, Step.ARTIFACTS])
def test_a_trial_without_a_row_is_still_open(folder: Path, step: Step) -> None:
    stop_at(folder, step, "trial")

    with resumed(folder) as run:
        assert run.archive.trial(1).state is TrialState.OPEN


def test_a_trial_with_a_row_is_scored_and_its_artifacts_are_there(folder: Path) -> None:
    stop_at(folder, Step.ROW, "trial")

    with resumed(folder) as run:
        trial = run.archive.trial(1)
        assert trial.state is TrialState.SCORED
        assert {name: run.archive.artifact(sha) for name, sha in trial.artifacts.items()} == scored(1).artifacts


def test_stale_git_locks_do_not_stop_a_resume(folder: Path) -> None:
    stop_at(folder, Step.ROW, "attempt")
    for stale in ("refs/agents/a1.lock", "packed-refs.lock", "config.lock"):
        (folder / "archive.git" / stale).touch()

    with resumed(folder) as run:
        run.archive.close_attempt(success(open_attempt(run.archive)))

        assert len(run.archive.agents()) == 3


@pytest.fixture
def acknowledged(folder: Path) -> list[list[str]]:
    """What drivers that were killed at moments nobody chose had acknowledged, in order."""
    lines = []
    for children in (1, 3, 6):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.archive.busy_driver", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as driver:
            assert driver.stdout is not None
            seen = [driver.stdout.readline() for _ in range(2 * children + children % 2)]
            driver.kill()
            lines += [line.split() for line in (*seen, *driver.stdout) if line.endswith("\n")]
    return lines


def test_nothing_acknowledged_is_lost_over_several_kills(folder: Path, acknowledged: list[list[str]]) -> None:
    with resumed(folder) as run:
        agents = {str(agent.number): agent.commit for agent in run.archive.agents()}
        scored_trials = {str(trial.trial_id) for trial in run.archive.trials() if trial.state is TrialState.SCORED}

        assert [line for line in acknowledged if line[0] == "child" and agents.get(line[1]) != line[2]] == []
        assert [line for line in acknowledged if line[0] == "trial" and line[1] not in scored_trials] == []
        assert fsck(run) == ""
