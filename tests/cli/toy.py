"""A small agent that does what a scripted model says, the model, and the command line."""

import contextlib
import itertools
import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dgm.cli import main
from dgm.evaluations import load_suite
from dgm.values import Task, Tree

AGENT = Tree.of(
    {
        "agent.toml": '[agent]\nname = "toy"\n[commands]\nsolve = ["python", "-m", "toy"]\n',
        "toy.py": '''\
"""Asks once and writes the files that the answer names."""
import json, os, pathlib, urllib.request

instruction = pathlib.Path("/task/instruction.md").read_text()
body = {"model": os.environ["DGM_MODEL"], "messages": [{"role": "user", "content": instruction}]}
request = urllib.request.Request(
    os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
)
answer = json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"]
for name, text in json.loads(answer).items():
    path = pathlib.Path("/workspace", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text() + text[1:] if text.startswith("+") else text)
''',
    }
)

DIAGNOSIS = json.dumps(
    {"improve": "It forgets.", "how": "Write down what was learned.", "problem": "Add a file of notes."}
)


@dataclass
class GoodModel:
    """Solves the tasks it knows with their reference solutions, and improves an agent by a new file each time.

    Args:
        solves: ids of the tasks that it solves.
        before: called with the number of each request, from 1.
    """

    tasks: tuple[Task, ...]
    solves: tuple[str, ...]
    before: Callable[[int], None] = lambda number: None
    asked: int = 0
    notes: "itertools.count[int]" = field(default_factory=itertools.count)

    def __call__(self, body: dict[str, Any]) -> str:
        self.asked += 1
        self.before(self.asked)
        asked = "\n".join(str(message["content"]) for message in body["messages"])
        if "JSON object" in asked:
            return DIAGNOSIS
        return json.dumps(self._files(asked))

    def _files(self, asked: str) -> dict[str, str]:
        if "Improve yourself" in asked:
            return {f"notes/{next(self.notes)}.txt": "learned\n"}
        if "`area`" in asked:
            return {"rectangle.py": "def area(width, height):\n    return width * height\n"}
        if canary := re.search(r"to the file `(.+?)`.*?\n\n    (.+?)\n", asked, re.DOTALL):
            return {canary[1]: f"+\n{canary[2]}\n"}
        for task in self.tasks:
            if task.task_id in self.solves and task.instruction.strip() in asked:
                return {path: task.reference.text(path) for path in task.reference}
        return {"unasked.txt": "no idea\n"}


def good_model(*, solves: int, before: Callable[[int], None] = lambda number: None) -> GoodModel:
    """Return a model that solves the first tasks of `repair`."""
    tasks = load_suite("repair").tasks
    return GoodModel(tasks, tuple(task.task_id for task in tasks[:solves]), before)


def write_agent(folder: Path) -> Path:
    """Write the toy agent into a new folder."""
    for path in AGENT:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(AGENT[path].data)
    return folder


def write_config(folder: Path, *, attempts: int = 1, more: str = "") -> Path:
    """Write a run.toml for the toy agent: three tasks in stages of two and three."""
    write_agent(folder / "toy")
    tasks = json.dumps([task.task_id for task in load_suite("repair").tasks[:3]])
    path = folder / "run.toml"
    path.write_text(f"""\
name = "tried"
founders = ["{folder / "toy"}"]
[suite]
name = "repair"
tasks = {tasks}
stages = [2, 3]
promote = [0.5]
[budget]
attempts = {attempts}
[sandbox]
engine = "bubblewrap"
memory_mib = 512
disk_mib = 64
[cluster]
executor = "inline"
{more}""")
    return path


def environment(**more: str) -> dict[str, str]:
    """Return an environment without an endpoint or a key of the developer's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "DGM_"))}
    return kept | {"COLUMNS": "80", "NO_COLOR": "1", **more}


def dgm(*arguments: str | Path, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, to its end, in this process: one of its own takes a second to begin.

    Tests of what a process alone shows, such as signals, start one.
    """
    words = [*map(str, arguments)]
    runner = CliRunner(env={**dict.fromkeys(os.environ), **environment(**environ)}, catch_exceptions=False)
    with contextlib.chdir(folder):
        told = runner.invoke(main, words, prog_name="dgm")
    return subprocess.CompletedProcess(words, told.exit_code, told.stdout, told.stderr)
