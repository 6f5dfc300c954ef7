"""The database is open to other tools: its rules hold in it, and its figures add up in plain SQL."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm.archive import Run
from dgm.errors import ArchiveError
from dgm.values import TrialState
from tests.archive.examples import SPENT, add_child, open_trial, scored, unscored


@pytest.fixture
def sql(run: Run) -> Iterator[sqlite3.Connection]:
    """The database as any other program opens it."""
    add_child(run.archive)
    run.archive.close_trial(scored(open_trial(run.archive, agent=1).trial_id))
    connection = sqlite3.connect(run.folder / "dgm.db")
    yield connection
    connection.close()


def test_every_reference_has_its_row(sql: sqlite3.Connection) -> None:
    assert sql.execute("PRAGMA foreign_key_check").fetchall() == []


def test_scores_stand_in_a_view_with_their_n(sql: sqlite3.Connection) -> None:
    assert sql.execute("SELECT agent, n, resolved, share FROM scores").fetchall() == [(0, 0, 0, None), (1, 1, 1, 1.0)]


def test_spending_stands_in_a_view(sql: sqlite3.Connection) -> None:
    assert sql.execute("SELECT purpose, calls, input_tokens FROM spending").fetchall() == [("improve", 2, 400)]


def test_an_agent_tries_a_task_once_for_each_repeat(sql: sqlite3.Connection) -> None:
    columns = "agent, task_id, repeat, decision, state, opened_at"

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        sql.execute(f"INSERT INTO trials ({columns}) SELECT agent, task_id, repeat, decision, 'open', '' FROM trials")


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("leases", "trial = 1 AND state = 'open'"),
        ("leases", "attempt = 1 AND state = 'open'"),
        ("leases", "state = 'open'"),
        ("artifacts", "sha256 = 'a' AND trial = 1"),
        ("artifacts", "sha256 = 'a' AND attempt = 1"),
    ],
)
def test_what_each_trial_looks_for_has_an_index(sql: sqlite3.Connection, table: str, where: str) -> None:
    (*_, plan) = sql.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {where}").fetchone()

    assert "USING INDEX" in plan


def test_a_commit_is_on_the_disk(run: Run) -> None:
    db = run.archive._db

    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(["open", "score", "fail", "lose"]), st.integers(0, 2)), max_size=12))
def test_totals_are_the_sum_of_the_leases_whatever_happens(run: Run, steps: list[tuple[str, int]]) -> None:
    archive = run.archive
    for step, task in steps:
        tried = [trial for trial in archive.trials() if trial.task_id == f"t{task}"]
        if step == "open" and all(trial.state is TrialState.UNSCORED for trial in tried):
            open_trial(archive, f"t{task}")
        elif step == "lose":
            for lease in archive.open_leases():
                archive.settle_lost(lease, "gone")
        else:
            for trial in tried:
                archive.close_trial(scored(trial.trial_id) if step == "score" else unscored(trial.trial_id))

    (tokens,) = archive._db.execute("SELECT coalesce(sum(spent_tokens), 0) FROM leases").fetchone()
    assert tokens == archive.totals().spent.tokens == sum(trial.spent.tokens for trial in archive.trials())


def test_spending_that_is_no_number_is_refused_and_changes_nothing(run: Run) -> None:
    with pytest.raises(ArchiveError):
        run.archive.add_calls((), type(SPENT)(1, float("nan"), 0.0), note="screening")

    assert run.archive.totals().spent.tokens == 0
