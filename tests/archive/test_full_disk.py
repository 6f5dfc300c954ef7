"""A full disk is an error that says so; nothing recorded is lost, and the run goes on when there is room."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dgm.archive import Run, RunArchive, create_run, open_run
from dgm.errors import StorageFull
from dgm.values import AttemptState, FileEntry, TrialState
from tests.archive.examples import CONFIG, FOUNDER, SUITE, closed, open_attempt, open_trial, plant, scored, success
from tests.fakes import FakeClock

SIZE_KIB = 2048
NOISE = os.urandom(300_000)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two MiB."""
    if os.geteuid() != 0:
        pytest.skip("not root: no tmpfs of its own")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k", "tmpfs", tmp_path], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.fixture
def run(disk: Path) -> Iterator[Run]:
    with create_run(disk / "run", CONFIG, {"suite": SUITE}, FakeClock()) as run:
        plant(run.archive)
        yield run


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Take all room but `leave` bytes."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, (room.f_bavail * room.f_frsize - leave) // 4096) * 4096)
    return ballast


def close_large_trial(archive: RunArchive) -> None:
    outcome = scored(1)
    archive.close_trial(
        type(outcome)(
            1,
            outcome.verdict,
            outcome.agent_digest,
            outcome.suite_digest,
            None,
            outcome.spent,
            artifacts={"log": NOISE},
        )
    )


def close_attempt_with_a_large_child(archive: RunArchive) -> None:
    archive.close_attempt(success(1, FOUNDER.with_files({"noise": FileEntry(NOISE)})))


def log_without_end(archive: RunArchive) -> None:
    for _ in range(10_000):
        archive.add_event("note", "x" * 4000)


@pytest.mark.parametrize("write", [close_large_trial, close_attempt_with_a_large_child, log_without_end])
def test_a_full_disk_is_named(disk: Path, run: Run, write: Callable[[RunArchive], None]) -> None:
    open_attempt(run.archive)
    open_trial(run.archive)
    fill(disk, leave=150_000)

    with pytest.raises(StorageFull, match="Make room"):
        write(run.archive)


@pytest.mark.parametrize("write", [close_large_trial, close_attempt_with_a_large_child, log_without_end])
@pytest.mark.parametrize("leave", [0, 20_000, 150_000])
def test_the_run_goes_on_when_there_is_room(
    disk: Path, run: Run, write: Callable[[RunArchive], None], leave: int
) -> None:
    open_attempt(run.archive)
    open_trial(run.archive)
    ballast = fill(disk, leave=leave)
    with pytest.raises(StorageFull):
        write(run.archive)
    run.close()
    ballast.unlink()

    with open_run(run.folder, FakeClock()) as again:
        archive = again.archive
        attempt, trial = archive.close_attempt(success(1)), closed(archive, scored(1))

        assert (attempt.state, trial.state, archive.tree(0)) == (AttemptState.CHILD, TrialState.SCORED, FOUNDER)


def test_the_same_driver_goes_on_when_there_is_room(disk: Path, run: Run) -> None:
    open_trial(run.archive)
    ballast = fill(disk)
    with pytest.raises(StorageFull):
        close_large_trial(run.archive)
    ballast.unlink()

    assert closed(run.archive, scored(1)).state is TrialState.SCORED


@pytest.mark.parametrize("leave", [0, 8192, 40_000])
def test_a_run_that_found_no_room_can_be_made_when_there_is(disk: Path, leave: int) -> None:
    ballast = fill(disk, leave=leave)
    with pytest.raises(StorageFull):
        create_run(disk / "run", CONFIG, {"suite": SUITE}, FakeClock())
    ballast.unlink()

    with create_run(disk / "run", CONFIG, {"suite": SUITE}, FakeClock()) as run:
        assert run.assets == {"suite": SUITE}


def test_a_full_disk_does_not_stop_a_reader(disk: Path, run: Run) -> None:
    fill(disk)

    with open_run(run.folder, FakeClock(), readonly=True) as reader:
        assert reader.archive.tree(0) == FOUNDER
