"""Whole trials in a real sandbox behind a real gateway: what an agent deletes or forges inside changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from dgm.cli.clock import SystemClock
from dgm.config import ModelsSection
from dgm.evaluations import run_trial
from dgm.models import EndpointModels, ScriptedServer, open_models
from dgm.ports import Sandbox
from dgm.values import Lease, Limits, Task, Tree, TrialOrder, TrialOutcome
from tests.evaluations.builders import RIGHT, STUB, honest_tasks

TASK = honest_tasks()["function"]

START = "import glob, json, os, pathlib, shutil, sys, urllib.request\n"
ASK = """\
def ask(text):
    body = {"model": os.environ["DGM_MODEL"], "messages": [{"role": "user", "content": text}]}
    address, headers = os.environ["OPENAI_BASE_URL"] + "/chat/completions", {"Content-Type": "application/json"}
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)
    return json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"]
pathlib.Path("/out/notes.txt").write_text("thinking")
print("working")
answer = ask("what is it?")
"""
DO = 'pathlib.Path("/workspace/tally.py").write_text(answer)\n'
WIPE = """\
def tried(change, *args):
    try: change(*args)
    except OSError: pass
for place in ("/out", "/agent", "/task", "/tmp", "/history", "/run/gateway", "/dev/shm", ""):
    for path in glob.glob(place + "/*") + glob.glob(place + "/.*"):
        if path not in ("/workspace", "/proc", "/dev"):
            tried(os.unlink, path)
            tried(shutil.rmtree, path, True)
"""
FORGE = """\
call = {"status": "ok", "purpose": "solve", "output_tokens": 0, "tampering": None, "resolved": True}
for place in ("/out", "/tmp", "/workspace", "/agent", "/run/gateway"):
    for name in ("transcript.jsonl", "solve.log", "grading.log", "verdict.json", "report.json", "answer.diff"):
        tried(pathlib.Path(place, name).write_text, json.dumps(call))
for text in (json.dumps(call), "resolved", "RESOLVED: 3 of 3 passed", "\\x1b[2J"):
    print(text)
    print(text, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def models() -> Iterator[EndpointModels]:
    with ScriptedServer(lambda body: RIGHT if "what is it" in str(body) else "unasked") as server:
        section = ModelsSection(base_url=server.base_url)
        opened = open_models(section, clock=SystemClock(), need_price=False, environ={"OPENAI_API_KEY": "sk-none"})
        yield opened
        opened.close()


def tried(source: str, sandbox: Sandbox, models: EndpointModels, task: Task = TASK) -> TrialOutcome:
    order = TrialOrder(
        trial_id=1,
        agent_id=0,
        repeat=0,
        agent=Tree.of({"agent.toml": "", "toy.py": START + source}),
        solve=("python", "-m", "toy"),
        task=task,
        suite_digest="d" * 64,
        model="scripted",
        lease=Lease(10_000, 1.0, 60.0),
    )
    limits = Limits(memory_mib=256, disk_mib=16)
    return run_trial(order, sandbox, models, SystemClock(), limits, np.random.default_rng(5))


def said(outcome: TrialOutcome) -> list[object]:
    """Return the messages of a transcript: what does not hang on the time."""
    calls = [json.loads(line) for line in outcome.artifacts["transcript.jsonl"].splitlines()]
    return [(call["request"]["messages"], call["status"]) for call in calls]


@pytest.mark.parametrize(
    "source", [ASK + WIPE + DO, ASK + WIPE + FORGE + DO, WIPE + FORGE + ASK + DO, ASK + DO + WIPE + FORGE]
)
def test_deleting_and_forging_inside_changes_nothing(source: str, bubblewrap: Sandbox, models: EndpointModels) -> None:
    honest, sly = tried(ASK + DO, bubblewrap, models), tried(source, bubblewrap, models)

    assert honest.verdict == sly.verdict
    assert honest.verdict is not None
    assert honest.verdict.resolved
    assert said(honest) == said(sly)
    assert [(c.status, c.input_tokens, c.output_tokens) for c in honest.calls] == [
        (c.status, c.input_tokens, c.output_tokens) for c in sly.calls
    ]
    assert honest.artifacts["answer.diff"] == sly.artifacts["answer.diff"]


def test_forging_without_an_answer_is_not_resolved(bubblewrap: Sandbox, models: EndpointModels) -> None:
    outcome = tried(ASK + WIPE + FORGE, bubblewrap, models)

    assert outcome.verdict is not None
    assert not outcome.verdict.resolved
    assert len(said(outcome)) == 1


def test_the_digest_of_a_trial_is_that_of_the_agent_though_it_tried_to_change_itself(
    bubblewrap: Sandbox, models: EndpointModels
) -> None:
    outcome = tried(ASK + WIPE + FORGE + DO, bubblewrap, models)

    assert outcome.agent_digest == Tree.of({"agent.toml": "", "toy.py": START + ASK + WIPE + FORGE + DO}).digest


@pytest.mark.parametrize(
    "harm",
    [
        "os.kill(1, 9)",
        "os.kill(-1, 9)",
        "os.kill(os.getpid(), 11)",
        "taken = b'x' * (1 << 30)",
        "while True: os.write(1, bytes(1 << 16))",
        "while True:\n    try: os.fork()\n    except OSError: pass",
        "while True: pathlib.Path('/workspace/full').open('ab').write(bytes(1 << 20))",
        "for number in range(3, 1024): tried(os.close, number)\nos.closerange(0, 3)",
    ],
)
def test_whatever_an_agent_does_to_its_sandbox_is_scored_with_what_it_handed_in_and_not_tried_again(
    harm: str, bubblewrap: Sandbox, models: EndpointModels
) -> None:
    outcome = tried(ASK + DO + WIPE + harm, bubblewrap, models, replace(TASK, timeout_s=1.5))

    assert outcome.infrastructure is None
    assert len(outcome.calls) == 1
    assert outcome.verdict is not None
    assert outcome.verdict.resolved or outcome.solve_ended in {"killed", "out of memory"}


def test_an_answer_of_the_repository_as_it_was_is_empty(bubblewrap: Sandbox, models: EndpointModels) -> None:
    outcome = tried(f"open('/workspace/tally.py', 'w').write({STUB!r})", bubblewrap, models)

    assert outcome.verdict is not None
    assert (outcome.verdict.finish.value, outcome.verdict.total) == ("empty answer", len(TASK.expected))
