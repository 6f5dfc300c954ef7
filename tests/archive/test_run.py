"""A run's folder: made, opened, locked, read beside its driver."""

import getpass
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dgm.archive import Run, create_run, open_run
from dgm.errors import ArchiveError, RunLocked, RunNotFound
from dgm.values import SourceSketch
from tests.archive.examples import (
    CONFIG,
    FOUNDER,
    LEASE,
    MANIFEST,
    SUITE,
    add_child,
    decision,
    failure,
    open_attempt,
    open_trial,
    scored,
    success,
    unscored,
)
from tests.fakes import FakeClock

CLOCK = FakeClock()


def test_only_the_owner_can_enter_the_folder(run: Run) -> None:
    assert run.folder.stat().st_mode & 0o777 == 0o700


def test_a_new_run_takes_an_empty_folder(tmp_path: Path) -> None:
    with create_run(tmp_path, CONFIG, {}, CLOCK) as run:
        assert run.archive.agents() == ()


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("two years")

    with pytest.raises(ArchiveError, match="not empty"):
        create_run(tmp_path, CONFIG, {}, CLOCK)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_run_is_never_made_over_another(run: Run) -> None:
    run.close()

    with pytest.raises(ArchiveError, match="not empty"):
        create_run(run.folder, CONFIG, {}, CLOCK)

    with open_run(run.folder, CLOCK) as again:
        assert len(again.archive.agents()) == 1


def test_a_folder_without_a_run_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match=r"run\.toml"):
        open_run(tmp_path, CLOCK)


def test_a_missing_database_is_an_error_and_not_an_empty_run(run: Run) -> None:
    run.close()
    (run.folder / "dgm.db").unlink()

    with pytest.raises(ArchiveError, match="database"):
        open_run(run.folder, CLOCK)


def test_the_configuration_comes_back_as_it_was_given(run: Run) -> None:
    assert run.config_toml == CONFIG


def test_assets_come_back_as_they_were_copied(run: Run) -> None:
    assert run.assets == {"suite": SUITE}


def test_a_changed_asset_is_an_error(run: Run) -> None:
    (copy,) = (run.folder / "assets").iterdir()
    copy.write_bytes(SUITE.with_files({"suite.toml": None}).to_tar())

    with pytest.raises(ArchiveError, match="was changed"):
        _ = run.assets


def test_a_second_driver_is_refused_with_the_first_ones_process(run: Run) -> None:
    with pytest.raises(RunLocked, match=f"process {os.getpid()}"):
        open_run(run.folder, CLOCK)


def test_the_lock_is_free_when_the_run_is_closed(run: Run) -> None:
    run.close()

    with open_run(run.folder, CLOCK) as again:
        assert again.archive.agents()


def test_closing_twice_is_harmless(run: Run) -> None:
    run.close()
    run.close()


def test_a_run_that_fails_to_open_is_not_left_locked(run: Run) -> None:
    run.close()
    database = run.folder / "dgm.db"
    kept = database.read_bytes()
    database.write_bytes(b"this is no database" * 1000)
    with pytest.raises(ArchiveError):
        open_run(run.folder, CLOCK)
    database.write_bytes(kept)

    with open_run(run.folder, CLOCK) as again:
        assert again.archive.agents()


def test_another_process_reads_while_the_driver_writes(run: Run) -> None:
    trial = open_trial(run.archive)
    run.archive.close_trial(scored(trial.trial_id))
    script = (
        "import sys; from pathlib import Path; from dgm.archive import open_run; from tests.fakes import FakeClock\n"
        "with open_run(Path(sys.argv[1]), FakeClock(), readonly=True) as run:\n"
        "    print(run.archive.totals().trials, len(run.archive.tree(0)))"
    )

    read = subprocess.run([sys.executable, "-c", script, run.folder], capture_output=True, text=True, check=True)

    assert read.stdout.split() == ["1", str(len(FOUNDER))]


def test_a_reader_sees_what_is_written_after_it_opened(run: Run) -> None:
    with open_run(run.folder, CLOCK, readonly=True) as reader:
        add_child(run.archive)

        assert len(reader.archive.agents()) == 2


def test_a_run_without_a_driver_is_readable(run: Run) -> None:
    run.close()

    with open_run(run.folder, CLOCK, readonly=True) as reader:
        assert reader.archive.tree(0) == FOUNDER


def test_a_reader_takes_no_lock(run: Run) -> None:
    run.close()

    with open_run(run.folder, CLOCK, readonly=True), open_run(run.folder, CLOCK) as driver:
        assert driver.archive.agents()


def test_a_reader_can_write_nothing(run: Run) -> None:
    attempt = open_attempt(run.archive)
    trial = open_trial(run.archive).trial_id
    (lease, _) = run.archive.open_leases()
    before = sorted(run.folder.rglob("*.zip")), run.archive.attempts(), run.archive.trials()

    with open_run(run.folder, CLOCK, readonly=True) as reader:
        archive = reader.archive
        writes = (
            lambda: archive.add_founder(FOUNDER, MANIFEST),
            lambda: archive.open_attempt(0, run.archive.attempt(attempt).focus, LEASE, decision()),
            lambda: archive.close_attempt(success(attempt)),
            lambda: archive.close_attempt(failure(attempt)),
            lambda: archive.open_trials(0, [("t9", 0, LEASE)], decision()),
            lambda: archive.close_trial(scored(trial)),
            lambda: archive.close_trial(unscored(trial)),
            lambda: archive.settle_lost(lease, "no"),
            lambda: archive.add_calls((), lease.lease.whole, note="no"),
            lambda: archive.set_retention(0, eligible=False, reason="no"),
            lambda: archive.add_source(0, SourceSketch(b"", 0, 0)),
            lambda: archive.add_event("no", "no"),
            lambda: archive.add_hours(1.0),
        )
        for write in writes:
            with pytest.raises(ArchiveError, match="reading only"):
                write()

    assert before == (sorted(run.folder.rglob("*.zip")), run.archive.attempts(), run.archive.trials())


def test_the_database_holds_no_name_of_the_machine_the_user_or_the_folder(run: Run) -> None:
    add_child(run.archive)
    run.archive.close_trial(scored(open_trial(run.archive).trial_id))
    run.close()

    data = (run.folder / "dgm.db").read_bytes()

    names = (socket.gethostname(), str(run.folder), str(Path.home()), f"/{getpass.getuser()}/")
    assert [name for name in names if name.encode() in data] == []
