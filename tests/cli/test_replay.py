"""`dgm replay` after `dgm run`, of a shipped founder and of an agent that does something else each time."""

import json
import re
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dgm.assets import founders_dir
from dgm.config import ModelsSection
from dgm.evaluations import load_suite, run_trial
from dgm.models import ReplayModels, ScriptedServer, open_models
from dgm.ports import Sandbox
from dgm.values import Finish, Lease, Limits, Tree, TrialOrder
from tests.cli.toy import AGENT, GoodModel, dgm, good_model
from tests.models.doors import RealClock

FENCE = "`" * 3
TASK = load_suite("repair").tasks[0]
SHOWS_NUMBERS = f"### bash\n{FENCE}\ndate +%s.%N; mktemp -u\n{FENCE}\n"

ROLLS_DICE = """
import random
body["messages"][0]["content"] += "\\n" + "".join(random.SystemRandom().choices("ghijkl", k=20))
"""


class Model:
    """Answers each agent in its own form; solves the task for all but `basic`, to which it tells something wrong."""

    def __init__(self) -> None:
        self.good: GoodModel = good_model(solves=1)

    def __call__(self, body: dict[str, Any]) -> str:
        first, last = (str(body["messages"][place]["content"]) for place in (0, -1))
        if first.startswith("You are a software engineer"):
            return "### done" if "Result of" in last else self._acted(body) + SHOWS_NUMBERS
        if first.startswith("You change a repository"):
            return "".join(f"### {path}\n{FENCE}python\n{text}{FENCE}\n" for path, text in self._files(body).items())
        return self.good(body)

    def _acted(self, body: dict[str, Any]) -> str:
        edits = []
        for path, text in self._files(body).items():
            said = text if "area" in text else "wrong = True\n"
            edits.append(
                f"### bash\n{FENCE}\necho '{text.strip()}' >> {path}\n{FENCE}\n"
                if "CANARY" in text
                else f"### create {path}\n{FENCE}\n{said}{FENCE}\n"
            )
        return "".join(edits)

    def _files(self, body: dict[str, Any]) -> dict[str, str]:
        asked = "\n".join(str(message["content"]) for message in body["messages"])
        if canary := re.search(r"to the file `(.+?)`.*?\n\n    (CANARY_[^\n]+)", asked, re.DOTALL):
            return {canary[1]: f"{canary[2]}\n"}
        return self.good._files(asked)


def write_founders(folder: Path) -> list[Path]:
    """Write `basic` without its own tests, which are tried elsewhere, and an agent that rolls dice."""
    basic, dice = folder / "basic", folder / "dice"
    shutil.copytree(founders_dir() / "basic", basic, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    manifest = (basic / "agent.toml").read_text().splitlines(keepends=True)
    (basic / "agent.toml").write_text("".join(line for line in manifest if "pytest" not in line))
    dice.mkdir()
    (dice / "agent.toml").write_bytes(AGENT["agent.toml"].data)
    (dice / "toy.py").write_text(AGENT.text("toy.py").replace("request = ", f"{ROLLS_DICE}request = ", 1))
    return [basic, dice]


def dump(folder: Path) -> list[str]:
    database = next((folder / "runs").glob("*/dgm.db"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        lines = list(db.iterdump())
    db.close()
    return lines


@dataclass(frozen=True)
class Replays:
    """A run in which two agents tried a task, and what replaying them did, with no endpoint any more."""

    folder: Path
    basic: "subprocess.CompletedProcess[str]"
    dice: "subprocess.CompletedProcess[str]"
    before: list[str]
    after: list[str]

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.basic.stdout)
        return found


@pytest.fixture(scope="module")
def replays(tmp_path_factory: pytest.TempPathFactory) -> Replays:
    folder = tmp_path_factory.mktemp("replays")
    founders = json.dumps([str(path) for path in write_founders(folder)])
    (folder / "run.toml").write_text(f"""\
founders = {founders}
[suite]
name = "repair"
tasks = ["{TASK.task_id}"]
stages = [1]
promote = [1.0]
[budget]
attempts = 0
[sandbox]
engine = "bubblewrap"
memory_mib = 512
disk_mib = 64
[cluster]
executor = "inline"
""")
    with ScriptedServer(Model()) as server:
        done = dgm("run", folder=folder, OPENAI_BASE_URL=server.base_url)
    assert done.returncode == 0, done.stdout + done.stderr
    before = dump(folder)
    basic = dgm("replay", "a0", TASK.task_id, "--json", folder=folder)
    dice = dgm("replay", "a1", TASK.task_id, folder=folder)
    return Replays(folder, basic, dice, before, dump(folder))


def test_a_shipped_founder_ends_in_the_same_verdict_without_an_endpoint(replays: Replays) -> None:
    assert replays.basic.returncode == 0, replays.basic.stderr
    assert replays.said["same"]
    assert replays.said["recorded"] == replays.said["replayed"]


def test_every_call_is_answered_from_the_transcript(replays: Replays) -> None:
    calls = replays.said["calls"]

    assert calls["calls"] >= 2
    assert (calls["new"], calls["left"], calls["omitted"]) == ([], 0, 0)


def test_numbers_and_temporary_names_lead_no_replay_astray(replays: Replays) -> None:
    assert replays.said["calls"]["like"] > 0


def test_a_replay_changes_nothing_in_the_run(replays: Replays) -> None:
    assert replays.before == replays.after


def test_an_agent_that_does_something_else_is_named_and_has_its_own_exit_code(replays: Replays) -> None:
    assert replays.dice.returncode == 7
    assert "diverged at call 1" in replays.dice.stdout
    assert "another verdict" in replays.dice.stdout


def test_what_was_never_tried_is_a_clear_error(replays: Replays) -> None:
    shown = dgm("replay", "a0", TASK.task_id, "--repeat", "3", folder=replays.folder)

    assert shown.returncode == 2
    assert f"no trial 3 of the task '{TASK.task_id}'; it was tried on: '{TASK.task_id}'" in shown.stderr


def test_the_other_shipped_founder_is_replayed_to_a_right_answer(bubblewrap: Sandbox) -> None:
    root = founders_dir() / "oneshot"
    agent = Tree.of({path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.py")})
    lease, clock, limits = Lease(20_000, 1.0, 60.0), RealClock(), Limits(memory_mib=512, disk_mib=64)
    order = TrialOrder(1, 0, 0, agent, ("python", "-m", "oneshot"), replace(TASK, timeout_s=60.0), "", "m", lease)

    with ScriptedServer(Model()) as server:
        section = ModelsSection(base_url=server.base_url)
        models = open_models(section, clock=clock, need_price=False, environ={})
        recorded = run_trial(order, bubblewrap, models, clock, limits)
        models.close()
    transcript = recorded.artifacts["transcript.jsonl"]
    replayed = ReplayModels(transcript, max_tokens=4096, temperature=None, clock=clock)
    again = run_trial(order, bubblewrap, replayed, clock, limits)
    replayed.close()

    assert again.verdict == recorded.verdict
    assert again.verdict is not None
    assert again.verdict.finish is Finish.RESOLVED
    assert (replayed.replayed.new, replayed.replayed.left) == ((), 0)
