"""The log as a chain: what a hash that was kept elsewhere proves, and what it does not."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm.archive import Run, RunArchive, open_run
from dgm.archive.chain import START, chain_all
from dgm.archive.schema import migrations
from dgm.errors import ArchiveError
from tests.archive.examples import add_child, open_trial, scored
from tests.fakes import FakeClock


def tamper(run: Run, statement: str) -> None:
    """Change the database as any other program does."""
    db = sqlite3.connect(run.folder / "dgm.db")
    with db:
        db.execute(statement)
    db.close()


def log_of(run: Run, *texts: str) -> list[str]:
    """Write entries and return the hash of each."""
    return [run.archive.add_event("note", text, {"at": text}).sha256 for text in texts]


def test_a_log_without_entries_holds(archive: RunArchive) -> None:
    proof = archive.prove_log()

    assert (proof.entries, proof.head) == (0, START)


def test_the_head_is_the_newest_entrys_hash(run: Run) -> None:
    hashes = log_of(run, "one", "two")

    assert run.archive.prove_log().head == hashes[-1]


def test_a_kept_head_is_found_with_what_came_after(run: Run) -> None:
    kept = log_of(run, "one", "two", "three")[1]

    proof = run.archive.prove_log(kept)

    assert proof.kept is not None
    assert (proof.kept.text, proof.after) == ("two", 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET text = 'other' WHERE event = 2",
        "UPDATE events SET kind = 'approval' WHERE event = 2",
        "UPDATE events SET data = '{}' WHERE event = 2",
        "UPDATE events SET at = '2020-01-01T00:00:00+00:00' WHERE event = 2",
        "UPDATE events SET request = 'x' WHERE event = 2",
        "UPDATE events SET sha256 = '' WHERE event = 2",
        "DELETE FROM events WHERE event = 1",
        "DELETE FROM events WHERE event = 2",
        "DELETE FROM events WHERE event = 3",
        "DELETE FROM events",
        "INSERT INTO events SELECT 4, at, kind, text, data, request, sha256 FROM events WHERE event = 3",
        "UPDATE events SET event = 9 WHERE event = 3",
    ],
)
def test_a_changed_log_is_told(run: Run, change: str) -> None:
    log_of(run, "one", "two", "three")

    tamper(run, change)

    with pytest.raises(ArchiveError, match=r"the log is (broken|shortened)"):
        run.archive.prove_log()


def test_a_log_that_was_chained_anew_is_told_by_a_kept_head_only(run: Run) -> None:
    kept = log_of(run, "one", "two")[-1]
    run.archive._db.execute("UPDATE events SET text = 'other' WHERE event = 1")
    chain_all(run.archive._db)

    run.archive.prove_log()

    with pytest.raises(ArchiveError, match="no entry of the log has the hash"):
        run.archive.prove_log(kept)


def test_a_shortened_log_goes_on_and_is_still_told(run: Run) -> None:
    kept = log_of(run, "one", "two")[-1]
    tamper(run, "DELETE FROM events WHERE event = 2")

    log_of(run, "three")

    with pytest.raises(ArchiveError, match="no entry of the log has the hash"):
        run.archive.prove_log(kept)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=20), max_size=6))
def test_whatever_is_logged_holds(run: Run, texts: list[str]) -> None:
    for text in texts:
        run.archive.add_event("note", text, {"said": text, "share": float("nan")})

    run.archive.prove_log()


def test_an_older_runs_log_is_chained_when_it_is_opened(run: Run) -> None:
    log_of(run, "one", "two")
    before = as_before_the_chain(run)

    with open_run(before, FakeClock(), readonly=True) as opened:
        proof = opened.archive.prove_log()
        texts = [event.text for event in opened.archive.events()]

    assert (proof.entries, texts) == (2, ["one", "two"])


def as_before_the_chain(run: Run) -> Path:
    """Take the chain out of a run, as one of the first version, and close it."""
    run.close()
    db = sqlite3.connect(run.folder / "dgm.db")
    with db:
        for thing in ("INDEX events_request", "INDEX events_marks", "VIEW marks"):
            db.execute(f"DROP {thing}")
        for table, column in (("events", "request"), ("events", "sha256"), ("runs", "log_head")):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'chained_log'")
    db.close()
    assert "chained_log" in {migration.name for migration in migrations._migrations}
    return run.folder


def test_a_trial_on_a_tripwire_counts_in_no_score(run: Run) -> None:
    child = add_child(run.archive)
    run.archive.close_trial(scored(open_trial(run.archive, "t1", child).trial_id))
    run.archive.close_trial(scored(open_trial(run.archive, "tripwire:t1", child).trial_id))

    view = run.archive._db.execute("SELECT n, resolved FROM scores WHERE agent = 1").fetchall()

    assert view == [(1, 1)]
    assert run.archive.scores()[child].n == 1
