"""`dgm run` and `dgm resume`: whole searches by the toy agent, in bubblewrap, with a scripted model."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import zlib
from collections import Counter
from pathlib import Path

import pytest

from dgm.models import ScriptedServer
from tests.cli.toy import dgm, environment, good_model, write_config

KEY = "sk-marker-5e1f0c"


def tree_of(folder: Path) -> dict[str, object]:
    shown = dgm("tree", "--json", folder=folder)
    assert shown.returncode == 0, shown.stderr
    found: dict[str, object] = json.loads(shown.stdout)
    return found


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    database = next((folder / "runs").glob("*/dgm.db"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        found = db.execute(query).fetchall()
    db.close()
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one finished run: a founder and a child, two of three tasks solved by each."""
    folder = tmp_path_factory.mktemp("finished")
    write_config(folder)
    with ScriptedServer(good_model(solves=2)) as server:
        done = dgm("run", folder=folder, OPENAI_BASE_URL=server.base_url, OPENAI_API_KEY=KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "said.txt").write_text(done.stdout + done.stderr)
    return folder


def test_a_run_ends_with_every_agent_measured(finished: Path) -> None:
    agents = tree_of(finished)["agents"]

    assert [(agent["resolved"], agent["score"]["n"]) for agent in agents] == [(2, 3), (2, 3)]  # type: ignore[attr-defined]


def test_every_score_is_shown_with_n_and_interval(finished: Path) -> None:
    said = (finished / "said.txt").read_text()

    assert said.count("2/3 67 % [21-94]") >= 2


def test_nothing_that_is_shown_is_wider_than_the_terminal(finished: Path) -> None:
    shown = dgm("tree", folder=finished).stdout

    assert max(map(len, shown.splitlines())) <= 80


def test_the_key_is_nowhere_in_the_run(finished: Path) -> None:
    run = next((finished / "runs").iterdir())
    holding = [path for path in run.rglob("*") if path.is_file() and KEY.encode() in everything_in(path)]

    assert holding == []


def everything_in(path: Path) -> bytes:
    """Return a file's bytes, and what they are when they are inflated."""
    data = path.read_bytes()
    inflated = data
    for window in (zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
        try:
            inflated = zlib.decompressobj(window).decompress(data)
        except zlib.error:
            continue
    return data + inflated


def test_the_key_is_not_shown(finished: Path) -> None:
    assert KEY not in (finished / "said.txt").read_text()


@pytest.mark.parametrize("command", [["status"], ["show", "a1"], ["diff", "a1"], ["log"], ["runs"], ["tree"]])
def test_a_finished_run_can_be_looked_at(finished: Path, command: list[str]) -> None:
    shown = dgm(*command, folder=finished)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout


def test_an_agent_is_shown_with_what_retention_said_of_it(finished: Path) -> None:
    shown = " ".join(dgm("show", "a1", folder=finished).stdout.split())

    assert "parent no: neither improving: P(better than a0) 0.50 (2 against 2 of 3 common tasks)" in shown
    assert "p_better 0.5, improving_from 0.6, behaviour 0," in shown


@pytest.mark.parametrize("command", [["status"], ["show", "a1"], ["log"], ["runs"], ["tree"], ["suite", "list"]])
def test_a_table_is_shown_as_json(finished: Path, command: list[str]) -> None:
    assert json.loads(dgm(*command, "--json", folder=finished).stdout)


def test_an_export_is_the_agents_source_and_a_warning(finished: Path) -> None:
    exported = dgm("export", "a1", "taken", folder=finished)

    assert "untrusted" in exported.stderr
    assert (finished / "taken" / "notes" / "0.txt").read_text() == "learned\n"


def test_an_export_does_not_write_into_a_folder_that_exists(finished: Path) -> None:
    (finished / "here").mkdir()

    refused = dgm("export", "a1", "here", folder=finished)

    assert refused.returncode == 2
    assert list((finished / "here").iterdir()) == []


def test_a_finished_run_is_extended_by_a_larger_budget(tmp_path: Path) -> None:
    write_config(tmp_path, attempts=0)
    with ScriptedServer(good_model(solves=3)) as server:
        assert dgm("run", folder=tmp_path, OPENAI_BASE_URL=server.base_url).returncode == 0
        resumed = dgm("resume", "--set", "budget.attempts=1", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert resumed.returncode == 0, resumed.stderr
    assert rows(tmp_path, "SELECT count(*) FROM agents") == [(2,)]


def driver(folder: Path, server: ScriptedServer) -> subprocess.Popen[str]:
    environ = environment(OPENAI_BASE_URL=server.base_url)
    return subprocess.Popen(
        [sys.executable, "-m", "dgm", "run"], cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def ended_by(signal_number: int, at_request: int, folder: Path) -> tuple[int, str]:
    """Start a run, send its driver a signal at a request of its agents, and return how it ended and what it said."""
    reached = threading.Event()
    go_on = threading.Event()

    def stop_at(number: int) -> None:
        if number == at_request:
            reached.set()
            go_on.wait(60)

    write_config(folder, attempts=2)
    with ScriptedServer(good_model(solves=2, before=stop_at)) as server, driver(folder, server) as process:
        assert reached.wait(60), "the run never asked so often"
        os.kill(process.pid, signal_number)
        go_on.set()
        said, _ = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("at_request", [1, 4, 7, 9])
def test_a_killed_driver_loses_nothing_and_counts_nothing_twice(tmp_path: Path, at_request: int) -> None:
    ended_by(signal.SIGKILL, at_request, tmp_path)
    scored = "SELECT agent, task_id, repeat, resolved FROM trials WHERE state = 'scored' ORDER BY 1, 2, 3"
    before = rows(tmp_path, scored)

    with ScriptedServer(good_model(solves=2)) as server:
        resumed = dgm("resume", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    after = rows(tmp_path, scored)
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert set(before) <= set(after)
    assert Counter(row[:3] for row in after).most_common(1)[0][1] == 1
    assert len(after) >= 3


def test_ctrl_c_stops_and_says_how_to_go_on(tmp_path: Path) -> None:
    code, said = ended_by(signal.SIGINT, 5, tmp_path)

    assert code == 130
    assert "dgm resume --run" in said
    assert "Traceback" not in said


def test_a_second_driver_is_kept_out(tmp_path: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def stop_at_first(number: int) -> None:
        reached.set()
        go_on.wait(60)

    write_config(tmp_path, attempts=0)
    with ScriptedServer(good_model(solves=2, before=stop_at_first)) as server, driver(tmp_path, server) as process:
        assert reached.wait(60)
        second = dgm("resume", folder=tmp_path, OPENAI_BASE_URL=server.base_url)
        go_on.set()
        process.communicate(timeout=100)

    assert second.returncode == 3
    assert process.returncode == 0
