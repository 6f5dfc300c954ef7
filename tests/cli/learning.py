"""A small suite with a holdout, an agent that sends its notes along, and a model that needs them: a child is better."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.toy import AGENT, GoodModel

SEARCH, HELD = 2, 6


def write_suite(folder: Path, *, held: int = HELD) -> Path:
    """Write a suite of tasks that each ask for one function."""
    tasks = [*(("search", f"s{i}") for i in range(SEARCH)), *(("holdout", f"h{i}") for i in range(held))]
    for number, (split, name) in enumerate(tasks):
        _write_task(folder / "tasks" / name, split, number)
    listed = json.dumps([name for _, name in tasks])
    (folder / "suite.toml").write_text(
        f'name = "small"\nversion = "1"\nlicence = "MIT"\nfeedback = "ids"\nstages = [{SEARCH}]\ntasks = {listed}\n'
    )
    return folder


def _write_task(folder: Path, split: str, number: int) -> None:
    for part in ("public", "hidden", "reference"):
        (folder / part).mkdir(parents=True)
    (folder / "task.toml").write_text(
        f'allow = ["*.py"]\ngrader = "function"\nexpected = ["plain"]\ntimeout_s = 60\nsplit = "{split}"\n'
        'difficulty = "easy"\n'
    )
    (folder / "instruction.md").write_text(f"Make `number` in numbers_of.py return {number}.\n")
    (folder / "public" / "numbers_of.py").write_text("def number():\n    return None\n")
    (folder / "reference" / "numbers_of.py").write_text(answer(number))
    call = {"name": "plain", "function": "numbers_of:number", "args": [], "expected": number}
    (folder / "hidden" / "calls.json").write_text(json.dumps({"calls": [call]}))


def answer(number: int) -> str:
    return f"def number():\n    return {number}\n"


def write_agent(folder: Path) -> Path:
    """Write the toy agent, but that it sends its notes along."""
    folder.mkdir()
    for path in AGENT:
        text = AGENT.text(path).replace(
            'instruction = pathlib.Path("/task/instruction.md").read_text()',
            'instruction = pathlib.Path("/task/instruction.md").read_text()\n'
            'instruction += "".join(p.read_text() for p in sorted(pathlib.Path("/agent").glob("notes/*.txt")))',
        )
        (folder / path).write_text(text)
    return folder


def write_run(folder: Path, *, held: int = HELD, attempts: int = 1) -> Path:
    """Write a suite, an agent and a run.toml."""
    agent, suite = write_agent(folder / "toy"), write_suite(folder / "small", held=held)
    path = folder / "run.toml"
    path.write_text(f"""\
name = "tried"
founders = ["{agent}"]
[suite]
name = "{suite}"
[budget]
attempts = {attempts}
[sandbox]
engine = "bubblewrap"
memory_mib = 512
disk_mib = 64
[cluster]
executor = "inline"
[confirm]
repeats = 1
""")
    return path


@dataclass
class LearnedModel(GoodModel):
    """Solves a task for an agent that has notes, or for every agent."""

    for_all: bool = False

    def _files(self, asked: str) -> dict[str, str]:
        task = re.search(r"numbers_of\.py return (\d+)\.", asked)
        if task is None or "Improve yourself" in asked:
            return super()._files(asked)
        right = self.for_all or "learned" in asked
        return {"numbers_of.py": answer(int(task[1]) if right else -1)}


def learned_model(**given: Any) -> LearnedModel:
    return LearnedModel((), (), **given)
