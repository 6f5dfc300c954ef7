"""`dgm confirm`: on a run by a scripted model, in bubblewrap, from begin to end, and cut off in the middle."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dgm.models import ScriptedServer
from tests.cli.learning import HELD, learned_model, write_run
from tests.cli.toy import dgm, environment

BETTER = "confirmed: a1 is better than its founder a0, and than a0 with the same tokens."


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run: a founder that resolves nothing, and a child that resolves everything."""
    folder = tmp_path_factory.mktemp("searched")
    write_run(folder)
    with ScriptedServer(learned_model()) as server:
        done = dgm("run", folder=folder, OPENAI_BASE_URL=server.base_url)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def confirmed(searched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it with the child confirmed; `said.txt` holds what was printed."""
    folder = copied(searched, tmp_path_factory.mktemp("confirmed"))
    with ScriptedServer(learned_model()) as server:
        done = dgm("confirm", "a1", "--yes", folder=folder, OPENAI_BASE_URL=server.base_url)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "said.txt").write_text(done.stdout)
    return folder


def copied(folder: Path, target: Path) -> Path:
    shutil.copytree(folder / "runs", target / "runs")
    return target


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    database = next((folder / "runs").glob("*/dgm.db"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        found = db.execute(query).fetchall()
    db.close()
    return found


# A confirmation that ends.


def test_a_better_agent_is_confirmed_in_one_plain_sentence(confirmed: Path) -> None:
    assert (confirmed / "said.txt").read_text().rstrip().endswith(BETTER)


def test_each_side_is_shown_with_its_gain_its_interval_and_p(confirmed: Path) -> None:
    said = " ".join((confirmed / "said.txt").read_text().split())

    for side in ("founder a0", "a0 same tokens", "any try of it"):
        assert f"{side} 0/{HELD} 0 % [0-39] +100 % [16 to 100] 0.031 0.031 yes" in said


def test_nothing_that_is_shown_is_wider_than_the_terminal(confirmed: Path) -> None:
    said = (confirmed / "said.txt").read_text()

    assert max(map(len, said[said.index("Confirmation 1") :].splitlines())) <= 80


def test_its_trials_ran_in_the_runs_sandbox_and_stand_apart(confirmed: Path) -> None:
    assert rows(confirmed, "SELECT DISTINCT engine, state FROM holdout_trials") == [("bubblewrap", "scored")]
    assert rows(confirmed, "SELECT count(*) FROM trials WHERE task_id LIKE 'h%'") == [(0,)]


def test_the_control_had_at_least_the_agents_tokens(confirmed: Path) -> None:
    used = "SELECT task_id, sum(used_tokens) FROM holdout_trials WHERE agent = {} GROUP BY task_id"
    agents, founders = (dict(rows(confirmed, used.format(number))) for number in (1, 0))

    assert len(agents) == HELD
    assert all(founders[task] >= tokens for task, tokens in agents.items())


def test_what_the_search_shows_is_the_same_after_it(searched: Path, confirmed: Path) -> None:
    before, after = (json.loads(dgm("tree", "--json", folder=folder).stdout) for folder in (searched, confirmed))
    for agent in (*after["agents"], after["best"]):
        agent["claim"] = None

    assert after == before


@pytest.mark.parametrize("command", ["tree", "status", "show a1", "runs"])
def test_where_an_agent_is_shown_its_confirmation_is(confirmed: Path, command: str) -> None:
    shown = "".join(dgm(*command.split(), folder=confirmed).stdout.split())

    assert "confirmed:p0.031,n6tasks,againsta0anda0withthesametokens" in shown


@pytest.mark.parametrize("command", ["status", "show a1"])
def test_an_agent_that_was_never_tested_is_shown_as_not_confirmed(searched: Path, command: str) -> None:
    assert "not confirmed" in dgm(*command.split(), folder=searched).stdout


def test_a_claim_that_no_longer_holds_is_nowhere_shown_as_confirmed(confirmed: Path, tmp_path: Path) -> None:
    """A second confirmation was begun since: corrected for it, p = 0.031 is 0.062."""
    folder = copied(confirmed, tmp_path)
    with sqlite3.connect(next((folder / "runs").glob("*/dgm.db"))) as db:
        columns = "agent, founder, parent, against, tasks, repeats, tries, holdout, setting, opened_at"
        db.execute(f"INSERT INTO confirmations ({columns}) SELECT {columns} FROM confirmations")
    db.close()

    shown = dgm("tree", folder=folder).stdout

    assert "no longer confirmed: p 0.062" in shown
    assert shown.count("confirmed") == shown.count("no longer confirmed") == 2
    assert "confirmation 2 of a1 has not ended" in dgm("status", folder=folder).stdout


def test_an_export_says_what_is_claimed_of_the_agent(confirmed: Path) -> None:
    assert "On the holdout: confirmed: p 0.031" in dgm("export", "a1", "taken", folder=confirmed).stdout


def test_an_export_of_an_untested_agent_says_how_to_test_it(searched: Path) -> None:
    assert "dgm confirm a1" in dgm("export", "a1", "taken", folder=searched).stdout


def test_one_that_has_ended_is_recalled_with_every_figure_and_not_run_again(confirmed: Path) -> None:
    trials = rows(confirmed, "SELECT * FROM holdout_trials")
    with ScriptedServer(learned_model()) as server:
        done = dgm("confirm", "a1", "--yes", "--json", folder=confirmed, OPENAI_BASE_URL=server.base_url)

    told = json.loads(done.stdout)
    assert (told["confirmation"], told["sentence"], told["used_by_others"]) == (1, BETTER, 0)
    assert told["agent"]["share"]["n"] == HELD
    assert {name: side["gain"]["n"] for name, side in told["against"].items()} == dict.fromkeys(
        ("founder", "control", "ceiling"), HELD
    )
    assert rows(confirmed, "SELECT * FROM holdout_trials") == trials


def test_an_agent_that_is_no_better_is_not_confirmed(searched: Path, tmp_path: Path) -> None:
    folder = copied(searched, tmp_path)
    with ScriptedServer(learned_model(for_all=True)) as server:
        done = dgm("confirm", "a1", "--yes", "--tasks", "1", folder=folder, OPENAI_BASE_URL=server.base_url)

    assert (done.returncode, "Warning: 1 task can confirm nothing" in done.stderr) == (0, True)
    assert "not confirmed: a1 resolved no more than its founder a0" in done.stdout


# A confirmation that is cut off.


def cut_off(folder: Path, signal_number: int, *, at_request: int) -> tuple[int, str]:
    """Begin a confirmation, send its driver a signal at a request of its agents; return how it ended, what it said."""
    reached, go_on = threading.Event(), threading.Event()

    def stop_at(number: int) -> None:
        if number == at_request:
            reached.set()
            go_on.wait(60)

    with (
        ScriptedServer(learned_model(before=stop_at)) as server,
        subprocess.Popen(
            [sys.executable, "-m", "dgm", "confirm", "a1", "--yes", "--tasks", "2"], cwd=folder, text=True,
            env=environment(OPENAI_BASE_URL=server.base_url), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        assert reached.wait(60), "it never asked so often"
        os.kill(process.pid, signal_number)
        go_on.set()
        said, _ = process.communicate(timeout=60)
    return process.returncode, said


def test_ctrl_c_and_kill_9_lose_nothing_that_was_recorded_and_the_same_call_goes_on(
    searched: Path, tmp_path: Path
) -> None:
    folder = copied(searched, tmp_path)
    scored = "SELECT agent, task_id, repeat, draw, closed_at FROM holdout_trials WHERE state = 'scored'"

    code, said = cut_off(folder, signal.SIGINT, at_request=2)
    stopped = rows(folder, scored)
    cut_off(folder, signal.SIGKILL, at_request=2)
    killed = rows(folder, scored)
    with ScriptedServer(learned_model()) as server:
        done = dgm("confirm", "a1", "--yes", folder=folder, OPENAI_BASE_URL=server.base_url)

    ended = rows(folder, scored)
    assert (code, "Traceback" in said, "Go on with: dgm confirm a1" in said) == (130, False, True)
    assert done.returncode == 0, done.stderr
    assert len(stopped) == 1
    assert set(stopped) < set(killed) < set(ended)
    assert Counter(row[:4] for row in ended).most_common(1)[0][1] == 1
    assert rows(folder, "SELECT count(*), count(closed_at) FROM confirmations") == [(1, 1)]
    assert rows(folder, "SELECT count(*) FROM leases WHERE state = 'open'") == [(0,)]


def test_a_budget_that_ends_first_has_its_own_returncode(searched: Path, tmp_path: Path) -> None:
    folder = copied(searched, tmp_path)
    with ScriptedServer(learned_model()) as server:
        done = dgm("confirm", "a1", "--yes", "--tokens", "200000", folder=folder, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 6
    assert "not finished: its budget is used up" in done.stdout


# What cannot be done.


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        ("a0 --yes", 2, "a0 is a founder"),
        ("a1 --tasks 7 --yes", 2, "has 6 tasks"),
        ("a1 --against sister --yes", 2, "founder, parent, or both"),
        ("a1 --repeats 0 --yes", 2, "--repeats"),
        ("a9 --yes", 3, "no agent a9"),
        ("nobody --yes", 3, "not an agent"),
    ],
)
def test_what_cannot_be_confirmed_is_refused(searched: Path, arguments: str, code: int, why: str) -> None:
    refused = dgm("confirm", *arguments.split(), folder=searched)

    assert (refused.returncode, why in refused.stderr) == (code, True)
    assert rows(searched, "SELECT count(*) FROM confirmations") == [(0,)]


def test_nothing_begins_where_nobody_can_be_asked(searched: Path) -> None:
    with ScriptedServer(learned_model()) as server:
        refused = dgm("confirm", "a1", folder=searched, OPENAI_BASE_URL=server.base_url)

    assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
    assert rows(searched, "SELECT count(*) FROM confirmations") == [(0,)]


def test_a_model_that_does_not_answer_begins_nothing(searched: Path) -> None:
    assert dgm("confirm", "a1", "--yes", folder=searched, OPENAI_BASE_URL="http://127.0.0.1:9/v1").returncode == 5
