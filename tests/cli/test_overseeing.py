"""`dgm pause`, `resume`, `stop`, `veto`, `approve`, `audit`: on a run at rest, and from another process on a live one.

The live ones are inline, and in the middle of work that keeps them: the executor that is hardest to reach.
"""

import json
import re
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dgm.archive import create_run, open_run
from dgm.evaluations import suite_tree
from dgm.models import ScriptedServer
from tests.archive.examples import CONFIG, add_child, open_trial, plant, scored
from tests.cli.test_running import driver, rows
from tests.cli.toy import dgm, good_model, write_config
from tests.fakes import FakeClock

SOON_S = 5.0
START_S = 5.0
"""For Python and its imports, on a machine that does other things too."""

TRIALS = "SELECT count(*) FROM trials"
HEAD = re.compile(r"log: entry \d+, head ([0-9a-f]{64})")


class Held:
    """Keeps the model from answering its request number `at`, so that the driver stands in the middle of its work."""

    def __init__(self, at: int) -> None:
        self.at, self.reached, self.go_on = at, threading.Event(), threading.Event()

    def __call__(self, number: int) -> None:
        if number == self.at:
            self.reached.set()
            self.go_on.wait(60)


@contextmanager
def busy_driver(
    folder: Path, at: int = 6, *, attempts: int = 2, more: str = ""
) -> Iterator[tuple[Held, subprocess.Popen[str]]]:
    """Yield a driver in the middle of the work that makes its model's request number `at`."""
    held = Held(at)
    write_config(folder)
    with ScriptedServer(good_model(solves=2, before=held)) as server, driver(folder, server) as process:
        try:
            assert held.reached.wait(60), "the run never asked so often"
            yield held, process
        finally:
            held.go_on.set()
            process.kill()


def timed(*arguments: str, folder: Path) -> tuple[float, subprocess.CompletedProcess[str]]:
    began = time.monotonic()
    done = dgm(*arguments, folder=folder)
    return time.monotonic() - began, done


def when(so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + 60
    while not so():
        assert time.monotonic() < until
        time.sleep(0.05)


def kinds(folder: Path) -> list[str]:
    return [str(kind) for (kind,) in rows(folder, "SELECT kind FROM events ORDER BY event")]


@pytest.fixture
def rested(tmp_path: Path) -> Path:
    """The folder of a run at rest: a founder and a child, both with one resolved task."""
    folder = tmp_path / "runs" / "rested"
    with create_run(folder, CONFIG, {"suite": suite_tree("repair")}, FakeClock()) as run:
        plant(run.archive)
        add_child(run.archive)
        for agent in (0, 1):
            run.archive.close_trial(scored(open_trial(run.archive, "survey-summary", agent).trial_id))
    return folder


def here(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line on a run."""
    return dgm(*arguments, folder=folder.parent, DGM_RUN=str(folder), COLUMNS="200")


def shown(*arguments: str, folder: Path) -> Any:
    return json.loads(here(*arguments, "--json", folder=folder).stdout)


def log_of(folder: Path) -> list[tuple[str, str]]:
    with open_run(folder, FakeClock(), readonly=True) as run:
        return [(event.kind, event.text) for event in run.archive.events()]


@dataclass
class Attended:
    """What a person said to a live run, one thing after the other, and what was seen."""

    folder: Path
    approved: subprocess.CompletedProcess[str]
    approved_in_s: float
    paused: subprocess.CompletedProcess[str]
    trials: list[list[tuple[object, ...]]]
    status: Any
    resumed: subprocess.CompletedProcess[str]
    code: int


@pytest.fixture(scope="module")
def attended(tmp_path_factory: pytest.TempPathFactory) -> Attended:
    """A run that was at work on a trial when a person approved an agent, paused it, looked, and resumed it."""
    folder = tmp_path_factory.mktemp("attended")
    with busy_driver(folder, at=6) as (held, process):
        approved_in_s, approved = timed("approve", "a0", "--by", "Ann", "--reason", "known", folder=folder)
        paused = dgm("pause", folder=folder)
        trials = [rows(folder, TRIALS)]
        held.go_on.set()
        when(lambda: rows(folder, "SELECT count(*) FROM leases WHERE state = 'open'") == [(0,)])
        trials.append(rows(folder, TRIALS))
        status = json.loads(dgm("status", "--json", folder=folder).stdout)
        resumed = dgm("resume", "--by", "Bob", folder=folder)
        code = process.wait(100)
    return Attended(folder, approved, approved_in_s, paused, trials, status, resumed, code)


def test_an_approval_reaches_a_driver_in_the_middle_of_inline_work(attended: Attended) -> None:
    assert (attended.approved.returncode, attended.approved.stderr) == (0, "")
    assert "a0 is approved by Ann: known" in attended.approved.stdout
    assert HEAD.search(attended.approved.stdout)
    assert attended.approved_in_s < SOON_S + START_S


def test_a_paused_run_starts_nothing_and_says_that_it_is_paused(attended: Attended) -> None:
    before, after = attended.trials

    assert "the run is paused by operator" in attended.paused.stdout
    assert (before, attended.status["paused"]) == (after, True)


def test_a_paused_run_goes_on_to_its_end_when_it_is_resumed(attended: Attended) -> None:
    assert "the run is resumed by Bob" in attended.resumed.stdout
    assert (attended.code, rows(attended.folder, "SELECT count(*) FROM agents")) == (0, [(2,)])


def test_a_stop_ends_inline_work_as_an_interrupt_does(tmp_path: Path) -> None:
    with busy_driver(tmp_path, at=1) as (_, process):
        stopped = dgm("stop", folder=tmp_path)
        code = process.wait(30)

    assert "the run is stopped by operator" in stopped.stdout
    assert code == 130
    assert kinds(tmp_path)[-2:] == ["stop", "end"]


def test_a_driver_that_does_not_look_has_requests_queued_for_the_next(tmp_path: Path) -> None:
    with busy_driver(tmp_path, at=1) as (_, process):
        process.send_signal(signal.SIGSTOP)
        queued = dgm("stop", folder=tmp_path)
        process.kill()
        process.wait()
    assert "queued" in queued.stdout

    with ScriptedServer(good_model(solves=2)) as server:
        resumed = dgm("resume", "--set", "budget.trials=1", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert kinds(tmp_path)[:3] == ["start", "refused", "config"]


def test_a_vetoed_agent_is_shown_as_such_everywhere(rested: Path) -> None:
    here("veto", "a1", "--reason", "odd", folder=rested)

    row, status, agent = (
        shown("tree", folder=rested)["agents"][1],
        shown("status", folder=rested),
        shown("show", "a1", folder=rested),
    )
    assert (row["oversight"], row["parent_allowed"], agent["oversight"]) == ("vetoed", False, "vetoed")
    assert status["oversight"] == {"a1": {"state": "vetoed", "because": "a1 vetoed by operator: odd"}}
    for command in (["tree"], ["status"], ["show", "a1"], ["log"]):
        assert "vetoed" in here(*command, folder=rested).stdout


def test_an_export_of_a_vetoed_agent_warns_of_it(rested: Path, tmp_path: Path) -> None:
    here("veto", "a0", "--reason", "odd", folder=rested)

    exported = here("export", "a1", str(tmp_path / "taken"), folder=rested)

    assert "a1 is vetoed: a0 vetoed by operator: odd" in exported.stderr


def test_a_vetoed_agent_is_not_the_best(rested: Path) -> None:
    here("veto", "a0", folder=rested)
    here("approve", "a0", folder=rested)
    assert shown("status", folder=rested)["best"]["agent"] == "a0"

    here("veto", "a0", folder=rested)

    assert shown("status", folder=rested)["best"] is None


def test_an_approval_lifts_a_veto(rested: Path) -> None:
    here("veto", "a1", folder=rested)

    approved = here("approve", "a1", "--reason", "looked at it", folder=rested)

    assert "a1 may be a parent" in approved.stdout
    assert not shown("tree", folder=rested)["agents"][1]["oversight"]


def test_an_approval_below_a_veto_says_what_still_holds(rested: Path) -> None:
    here("veto", "a0", folder=rested)

    assert "a0, above it, is vetoed" in here("approve", "a1", folder=rested).stdout


def test_a_veto_names_the_descendants_that_it_holds_for(rested: Path) -> None:
    assert "nor any of its 1 descendants: a1" in here("veto", "a0", folder=rested).stdout


@pytest.mark.parametrize("command", ["veto", "approve"])
@pytest.mark.parametrize("agent", ["a99", "the best", "a-1", "a99999999999999999999"])
def test_an_unknown_agent_is_an_error_and_asks_for_nothing(rested: Path, command: str, agent: str) -> None:
    before = log_of(rested)

    refused = here(command, "--", agent, folder=rested)

    assert refused.returncode == 3
    assert len(refused.stderr.splitlines()) == 1
    assert log_of(rested) == before


@pytest.mark.parametrize("command", ["pause", "stop"])
def test_without_a_driver_there_is_nothing_to_pause_or_stop(rested: Path, command: str) -> None:
    done = here(command, folder=rested)

    assert done.returncode == 0
    assert "no driver is at work" in done.stdout


def test_a_kept_head_proves_the_log_and_what_came_after(rested: Path) -> None:
    found = HEAD.search(here("approve", "a0", folder=rested).stdout)
    assert found is not None
    here("veto", "a1", "--by", "Ann", folder=rested)

    audited = shown("audit", "--head", found[1], folder=rested)

    assert (audited["kept"]["kind"], audited["after"]) == ("approval", 1)
    assert [(one["kind"], one["by"], one["agent"]) for one in audited["judgements"]][-1] == ("veto", "Ann", "a1")


def test_an_audit_can_read_everything(rested: Path) -> None:
    bundle = next((rested / "artifacts").rglob("*.zip"))
    assert here("audit", "--full", folder=rested).returncode == 0

    bundle.write_bytes(b"")

    assert here("audit", "--full", folder=rested).returncode == 3


@pytest.mark.parametrize(("head", "code"), [("0" * 64, 3), ("abc", 2)])
def test_a_head_that_is_not_there_is_an_error(rested: Path, head: str, code: int) -> None:
    audited = here("audit", "--head", head, folder=rested)

    assert audited.returncode == code
    assert len(audited.stderr.splitlines()) == 1


def test_a_log_that_was_changed_fails_the_audit(rested: Path) -> None:
    here("veto", "a1", folder=rested)
    with sqlite3.connect(rested / "dgm.db") as db:
        db.execute("UPDATE events SET text = 'a0 is vetoed' WHERE kind = 'veto'")
    db.close()

    audited = here("audit", folder=rested)

    assert audited.returncode == 3
    assert audited.stderr.startswith("dgm: the log is broken at entry ")


@pytest.mark.parametrize("option", [["--by", ""], ["--by", "A" * 65], ["--reason", "A" * 2001]])
def test_a_name_or_a_reason_has_bounds(rested: Path, option: list[str]) -> None:
    assert here("veto", "a0", *option, folder=rested).returncode == 2


def test_a_name_cannot_act_on_a_terminal(rested: Path) -> None:
    vetoed = here("veto", "a0", "--by", "A\x1b[31m", "--reason", "x\x07", folder=rested)

    assert "a0 is vetoed by A?[31m: x?" in vetoed.stdout
