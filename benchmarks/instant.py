"""Work that takes no time, for benchmarks of everything around it.

Trials are the real ones, with the tests' fake sandbox and an instant model: policed, graded, their artifacts as large
as an easy task's. Attempts and screenings are answered at once.
"""

import json
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from dgm.cli.clock import SystemClock
from dgm.evaluations import run_trial
from dgm.values import (
    AttemptOrder,
    AttemptOutcome,
    Bundle,
    Call,
    CallStatus,
    Feedback,
    Grader,
    Job,
    JobResult,
    Limits,
    Manifest,
    Outcome,
    SandboxLevel,
    ScreeningOrder,
    ScreeningOutcome,
    Spent,
    Split,
    Suite,
    Task,
    Tree,
    TrialOrder,
    TrialOutcome,
    Work,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.fakes import FakeModels, FakeSandbox, job_result

MANIFEST = Manifest("instant", "", ("true",))
LEVEL = SandboxLevel("fake", "0" * 64)
FILES = 40
TESTS = 5
SPENT = Spent(100, 0.0, 0.0)
CALLS = (Call("solve", "instant", 80, 20, 0.0, 0.0, CallStatus.OK),)
PUBLIC = Tree.of({f"file{i}.py": "y = 1\n" * 50 for i in range(5)})
ANSWER = PUBLIC.with_files(Tree.of({"file0.py": "y = 2\n" + "y = 1\n" * 49}).files)


def founder() -> Tree:
    """Return an agent of 40 files of about 1 KiB."""
    return Tree.of({"agent.toml": "[agent]\n", **{f"agent/part{i}.py": f"x = {i}\n" * 128 for i in range(FILES - 1)}})


def suite(tasks: int) -> Suite:
    """Return a suite of one stage."""
    return Suite("instant", "1", "d" * 64, "MIT", Feedback.IDS, (tasks,), tuple(map(_task, range(tasks))))


def _task(number: int) -> Task:
    names = tuple(f"call {i}" for i in range(TESTS))
    calls = [{"name": name, "function": "file0:run", "expected": 1} for name in names]
    hidden = Tree.of({"calls.json": json.dumps({"calls": calls})})
    return Task(
        f"t{number}",
        "instant",
        "repair",
        PUBLIC,
        hidden,
        Tree(),
        ("*",),
        Grader.FUNCTION,
        names,
        60.0,
        Split.SEARCH,
        "",
    )


@dataclass(frozen=True)
class InstantHandler:
    """Resolves every third task; every attempt makes a child with one changed file."""

    def __call__(self, work: Work) -> Outcome:
        """Answer at once."""
        return _outcome(work.order)

    def close(self) -> None:
        """Hold nothing."""


def _outcome(order: object) -> Outcome:
    match order:
        case TrialOrder():
            return trial_outcome(order)
        case AttemptOrder():
            child = order.parent.with_files(Tree.of({"agent/part0.py": f"x = {order.attempt_id}\n" * 128}).files)
            return AttemptOutcome(order.attempt_id, child, MANIFEST, None, "", "a proposal", SPENT, LEVEL, CALLS)
        case ScreeningOrder():
            return ScreeningOutcome(MANIFEST, None, "", SPENT, LEVEL, CALLS)
    raise TypeError(order)


def trial_outcome(order: TrialOrder) -> TrialOutcome:
    """Return what a trial gives, bundled as a worker does."""
    sandbox = FakeSandbox(partial(_behave, int(order.task.task_id[1:]) % 3 == 0), LEVEL)
    outcome = run_trial(order, sandbox, FakeModels(), SystemClock(), Limits())
    return replace(outcome, artifacts=Bundle.of(outcome.artifacts))


def _behave(resolves: bool, job: Job) -> JobResult:
    if job.label == "solve":
        return job_result(job, changed={"/workspace": ANSWER})
    report = json.dumps([{"value": int(resolves)}] * TESTS)
    return job_result(job, changed={"/report": Tree.of({"report.json": report})})


@dataclass(frozen=True)
class InstantFactory:
    """Builds an instant handler."""

    def __call__(self) -> InstantHandler:
        """Build it."""
        return InstantHandler()
