"""Small tasks, answers and results that several test modules use."""

import json
from collections.abc import Mapping

from dgm.evaluations.verdicts import REPORT_FILE, REPORT_FOLDER
from dgm.values import (
    Collected,
    Ended,
    Grader,
    JobResult,
    Lease,
    Resources,
    Split,
    Task,
    Tree,
    TrialOrder,
)

STUB = "def total(numbers):\n    pass\n\n\ndef label(number):\n    pass\n\n\ndef has(numbers, number):\n    pass\n"

RIGHT = """\
def total(numbers):
    return sum(numbers)


def label(number):
    if number < 0:
        raise ValueError("negative")
    return f"{number} items"


def has(numbers, number):
    return number in numbers
"""

TESTS = """\
import pytest
from tally import has, label, total


def test_sum():
    assert total([1, 2, 3]) == 6


def test_nothing():
    assert total([]) == 0


def test_label():
    assert label(3) == "3 items"


def test_negative():
    with pytest.raises(ValueError):
        label(-1)


def test_has():
    assert has([1, 2], 2)
"""

EXPECTED = tuple(f"test_tally.py::test_{name}" for name in ("sum", "nothing", "label", "negative", "has"))


CALLS: list[dict[str, object]] = [
    {"name": "sum", "function": "tally:total", "args": [[1, 2]], "expected": 3},
    {"name": "label", "function": "tally:label", "args": [], "kwargs": {"number": 2}, "expected": "2 items"},
    {"name": "negative", "function": "tally:label", "args": [-1], "raises": "ValueError"},
]

COMMANDS: list[dict[str, object]] = [
    {
        "name": "program",
        "argv": ["python", "-c", "import sys, tally; print(tally.total(map(int, sys.stdin)))"],
        "stdin": "1\n2\n",
        "expected": {"stdout": "3\n"},
    },
    {
        "name": "as_json",
        "argv": ["python", "-c", "import json, tally; print(json.dumps(tally.total(json.load(open('in.json')))))"],
        "files": {"in.json": "[1, 2.5]"},
        "expected": {"json": 3.5},
    },
]


def honest_tasks() -> Mapping[str, Task]:
    """Return the same work under every grader."""
    return {"pytest": pytest_task(), "function": calls_task(CALLS), "command": commands_task(COMMANDS)}


def pytest_task(
    *,
    public: Mapping[str, str] | None = None,
    tests: str = TESTS,
    expected: tuple[str, ...] = EXPECTED,
    allow: tuple[str, ...] = ("**",),
    reference: Mapping[str, str] | None = None,
) -> Task:
    return _task(
        Grader.PYTEST,
        {"test_tally.py": tests},
        expected,
        public or {"tally.py": STUB},
        allow,
        reference or {"tally.py": RIGHT},
    )


def calls_task(calls: list[dict[str, object]], *, tolerance: float = 0.0) -> Task:
    hidden = {"calls.json": json.dumps({"tolerance": tolerance, "calls": calls})}
    names = tuple(str(call["name"]) for call in calls)
    return _task(Grader.FUNCTION, hidden, names, {"tally.py": STUB}, ("*.py",), {"tally.py": RIGHT})


def commands_task(commands: list[dict[str, object]]) -> Task:
    hidden = {"commands.json": json.dumps({"commands": commands})}
    names = tuple(str(command["name"]) for command in commands)
    return _task(Grader.COMMAND, hidden, names, {"tally.py": STUB}, ("*.py",), {"tally.py": RIGHT})


def _task(
    grader: Grader,
    hidden: Mapping[str, str],
    expected: tuple[str, ...],
    public: Mapping[str, str],
    allow: tuple[str, ...],
    reference: Mapping[str, str],
) -> Task:
    return Task(
        task_id="tally",
        suite="toy",
        instruction="Make the tally work.",
        public=Tree.of(public),
        hidden=Tree.of(hidden),
        reference=Tree.of(reference),
        allow=allow,
        grader=grader,
        expected=expected,
        timeout_s=60.0,
        split=Split.SEARCH,
        difficulty="easy",
        grading_timeout_s=20.0,
    )


def trial_order(task: Task, *, seconds: float = 100.0) -> TrialOrder:
    return TrialOrder(
        trial_id=3,
        agent_id=1,
        repeat=0,
        agent=Tree.of({"agent.toml": "x", "basic.py": "y"}),
        solve=("python", "-m", "basic"),
        task=task,
        suite_digest="d" * 64,
        model="small",
        lease=Lease(1000, 1.0, seconds),
    )


def graded_result(
    report: object, *, exit_code: int | None = 0, ended: Ended = Ended.EXITED, beside: Mapping[str, str] | None = None
) -> JobResult:
    files = {} if report is None else {REPORT_FILE: report if isinstance(report, str) else json.dumps(report)}
    return JobResult(
        ended=ended,
        exit_code=exit_code,
        stdout=b"",
        stderr=b"",
        resources=Resources(0.1),
        collected={REPORT_FOLDER: Collected(Tree.of({**files, **(beside or {})}))},
    )
