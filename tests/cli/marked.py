"""A suite of which every part bears a mark, an agent that looks for the marks wherever it runs, and a whole search."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dgm.archive import Run, create_run
from dgm.cli.clock import SystemClock
from dgm.cli.session import logging_to
from dgm.cli.worker import Worker
from dgm.cluster import InlineExecutor
from dgm.config import RunConfig, dump_config, parse_config
from dgm.evaluations import suite_from_tree
from dgm.evolve import Loop, ModelNames, Progress, RunEnd
from dgm.models import ScriptedServer, open_models
from dgm.ports import Sandbox
from dgm.values import Job, JobResult, Limits, Outcome, Tree, Work
from tests.cli.toy import DIAGNOSIS, GoodModel

PUBLIC, HIDDEN, REFERENCE, HOLDOUT, KEY = (
    f"{name}-mark-7c1e52" for name in ("public", "hidden", "reference", "holdout", "sk")
)
MARKS = (PUBLIC, HIDDEN, REFERENCE, HOLDOUT, KEY)

_SUITE = """
name = "marked"
version = "1"
licence = "MIT"
feedback = "ids"
stages = [2, 3]
tasks = ["adding", "doubling", "shouting", "{holdout}"]
"""
_TASK = """
allow = ["*.py"]
grader = "{grader}"
expected = ["{expected}"]
timeout_s = 30
split = "{split}"
difficulty = "easy"
"""
_ANSWERS = {
    "adding": {"adding.py": "def add(a, b):\n    return a + b\n"},
    "doubling": {"doubling.py": "def double(a):\n    return a\n"},
    "shouting": {"shouting.py": "def shout(a):\n    return a.upper()\n"},
}
"""What the model says: right, wrong, right."""


def marked_suite() -> Tree:
    """Return three tasks of the search, one for each grader, and one of the holdout, marked in every part."""
    call = {"name": "one", "function": "adding:add", "args": [HIDDEN, "!"], "expected": f"{HIDDEN}!"}
    test = f'from doubling import double\n\n\ndef test_it():\n    assert double("{HIDDEN}") == "{HIDDEN * 2}"\n'
    script = "import shouting; print(shouting.shout(open('in.txt').read()), end='')"
    command = {
        "name": "one",
        "argv": ["python", "-c", script],
        "files": {"in.txt": HIDDEN},
        "expected": {"stdout": HIDDEN.upper()},
    }
    held = {"name": HOLDOUT, "function": "adding:add", "args": [HOLDOUT, ""], "expected": HOLDOUT}
    files = {
        "suite.toml": _SUITE.format(holdout=HOLDOUT),
        **_task("adding", "function", "one", {"calls.json": json.dumps({"calls": [call]})}),
        **_task("doubling", "pytest", "test_doubling.py::test_it", {"test_doubling.py": test}),
        **_task("shouting", "command", "one", {"commands.json": json.dumps({"commands": [command]})}),
        **_task(HOLDOUT, "function", HOLDOUT, {"calls.json": json.dumps({"calls": [held]})}, split="holdout"),
    }
    return Tree.of(files)


def _task(name: str, grader: str, expected: str, hidden: Mapping[str, str], split: str = "search") -> dict[str, str]:
    mark, reference = (PUBLIC, REFERENCE) if split == "search" else (HOLDOUT, HOLDOUT)
    folder = f"tasks/{name}"
    return {
        f"{folder}/task.toml": _TASK.format(grader=grader, expected=expected, split=split),
        f"{folder}/instruction.md": f"{mark}: finish {name}.py.\n",
        f"{folder}/public/{name}.py": f"# {mark}\n",
        f"{folder}/public/{mark}.txt": mark,
        f"{folder}/reference/{name}.py": f"# {reference}\n",
        **{f"{folder}/hidden/{path}": text for path, text in hidden.items()},
    }


LOOKING = f'''\
"""Looks for marks, which it knows backwards, in all that it can read; then does what the model says."""
import glob, json, os, pathlib, urllib.request

MARKS = {[mark[::-1] for mark in MARKS]!r}

def readable():
    yield from glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/self/mount*")
    for here, folders, names in os.walk("/"):
        if here == "/":
            folders[:] = [name for name in folders if name not in ("proc", "sys", "usr", "dev", "python", "var")]
        yield from (os.path.join(here, name) for name in names)

def look():
    found = set()
    for path in readable():
        try:
            data = os.fsencode(path) + open(path, "rb").read(1 << 20)
        except OSError:
            data = os.fsencode(path)
        found |= {{mark for mark in MARKS if mark[::-1].encode() in data}}
    return sorted(found)

pathlib.Path("/out/found.json").write_text(json.dumps(look()))
instruction = pathlib.Path("/task/instruction.md").read_text()
body = {{"model": os.environ["DGM_MODEL"], "messages": [{{"role": "user", "content": instruction}}]}}
address, headers = os.environ["OPENAI_BASE_URL"] + "/chat/completions", {{"Content-Type": "application/json"}}
request = urllib.request.Request(address, json.dumps(body).encode(), headers)
answer = json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"]
for name, text in json.loads(answer).items():
    path = pathlib.Path("/workspace", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text() + text[1:] if text.startswith("+") else text)
'''
AGENT = Tree.of(
    {
        "agent.toml": '[agent]\nname = "looking"\n[commands]\nsolve = ["python", "-m", "looking"]\n',
        "looking.py": LOOKING,
    }
)


def answer(model: GoodModel, body: dict[str, object]) -> str:
    """Answer a task as told above, and whatever else is asked as a good model does."""
    asked = str(body["messages"])
    if "JSON object" in asked:
        return DIAGNOSIS
    for name, files in _ANSWERS.items():
        if f"finish {name}.py" in asked and "Improve yourself" not in asked:
            return json.dumps(files)
    return model(body)


@dataclass
class RecordingSandbox:
    """A real sandbox, with the jobs that it was given."""

    inner: Sandbox
    jobs: list[Job] = field(default_factory=list)

    @property
    def level(self) -> object:
        return self.inner.level

    def run(self, job: Job) -> JobResult:
        self.jobs.append(job)
        return self.inner.run(job)

    def close(self) -> None:
        """It is not ours to close."""


@dataclass
class RecordingWorker:
    """A real worker, with the orders that it was given."""

    inner: Worker
    orders: list[object] = field(default_factory=list)

    def __call__(self, work: Work) -> Outcome:
        self.orders.append(work.order)
        return self.inner(work)

    def close(self) -> None:
        self.inner.close()


@dataclass(frozen=True)
class Searched:
    """A search that has ended, and all that went anywhere."""

    run: Run
    end: RunEnd
    jobs: list[Job]
    orders: list[object]
    prompts: list[str]
    told: list[str]


def config_of(engine: str, *more: str) -> RunConfig:
    """Return what the search is told."""
    sandbox = [f"sandbox.engine={engine}", "sandbox.memory_mib=512", "sandbox.disk_mib=64", "cluster.executor=inline"]
    return parse_config("[budget]\nattempts = 1\n", [*sandbox, "evolve.strategy=dgm", "suite.promote=[0.5]", *more])


@contextmanager
def searched(engine: str, sandbox: Sandbox, folder: Path) -> Iterator[Searched]:
    """Run a search in this process, with the key in its environment, and keep the run open."""
    config, clock, told = config_of(engine), SystemClock(), []
    assets = {"suite": marked_suite(), "founders/looking": AGENT}
    good = GoodModel((), ())
    with ScriptedServer(lambda body: answer(good, body), key=KEY) as server:
        section = config.models.model_copy(update={"base_url": server.base_url, "endpoint": "openai"})
        config = config.model_copy(update={"models": section})
        recording = RecordingSandbox(sandbox)
        models = open_models(section, clock=clock, need_price=False, environ=os.environ)
        limits = Limits(memory_mib=512, disk_mib=64)
        worker = RecordingWorker(Worker(recording, models, clock, limits))  # type: ignore[arg-type]
        names = ModelNames("scripted", "scripted", "scripted")

        def tell(progress: Progress) -> None:
            told.append(repr(progress))

        with (
            create_run(folder, dump_config(config), assets, clock) as run,
            closing(InlineExecutor(lambda: worker)) as ex,
        ):
            with logging_to(run.log_path):
                suite = suite_from_tree(run.assets["suite"])
                founders = {"looking": run.assets["founders/looking"]}
                end = Loop(config, suite, founders, names, run.archive, ex, clock, observer=tell).run()
            prompts = [json.dumps(seen.body) for seen in server.seen]
            yield Searched(run, end, recording.jobs, worker.orders, prompts, told)
