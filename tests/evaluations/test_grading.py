"""Honest answers in a real sandbox: right ones pass, wrong ones fail, in every grader."""

import json
from collections.abc import Mapping

import numpy as np
import pytest

from dgm.evaluations import grade
from dgm.ports import Sandbox
from dgm.values import Finish, Limits, Mount, Task, Tree, Verdict
from tests.evaluations.builders import (
    CALLS,
    COMMANDS,
    EXPECTED,
    RIGHT,
    STUB,
    calls_task,
    commands_task,
    honest_tasks,
    pytest_task,
)
from tests.fakes import FakeSandbox

UNTIDY = """\
import atexit, logging, os, random, subprocess, sys, tempfile, threading, time, warnings
sys.stderr.write("x" * 100_000)
logging.getLogger().warning("loading")
warnings.warn("deprecated")
atexit.register(sys.stderr.write, "bye")
os.environ["TALLY"] = "1"
random.seed(0)
sys.setrecursionlimit(5_000)
open(os.path.join(tempfile.mkdtemp(), "cache"), "w").close()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
"""
WRONG = RIGHT.replace("sum(numbers)", "sum(numbers) + 1").replace("2 items", "2")


def verdict(task: Task, files: Mapping[str, str], sandbox: Sandbox) -> Verdict:
    return grade(task, Tree.of(files), sandbox, Limits(), np.random.default_rng()).verdict


TASKS = honest_tasks()


@pytest.mark.parametrize("grader", TASKS)
def test_an_honest_right_answer_is_resolved(grader: str, bubblewrap: Sandbox) -> None:
    task = TASKS[grader]

    assert verdict(task, {"tally.py": RIGHT}, bubblewrap) == Verdict(
        True, Finish.RESOLVED, len(task.expected), len(task.expected)
    )


@pytest.mark.parametrize("grader", TASKS)
def test_an_honest_right_answer_may_be_loud_and_untidy(grader: str, bubblewrap: Sandbox) -> None:
    given = verdict(TASKS[grader], {"tally.py": UNTIDY + RIGHT}, bubblewrap)

    assert (given.finish, given.tampering) == (Finish.RESOLVED, None)


@pytest.mark.parametrize("grader", TASKS)
def test_an_honest_wrong_answer_fails_without_a_flag(grader: str, bubblewrap: Sandbox) -> None:
    given = verdict(TASKS[grader], {"tally.py": WRONG}, bubblewrap)

    assert (given.resolved, given.finish, given.tampering) == (False, Finish.TESTS_FAILED, None)


@pytest.mark.parametrize("grader", TASKS)
def test_an_answer_that_cannot_be_imported_fails_every_test(grader: str, bubblewrap: Sandbox) -> None:
    given = verdict(TASKS[grader], {"tally.py": "def ("}, bubblewrap)

    assert (given.finish, given.failed) == (Finish.TESTS_FAILED, TASKS[grader].expected)


def test_failed_tests_are_named_as_the_suite_names_them(bubblewrap: Sandbox) -> None:
    given = verdict(pytest_task(), {"tally.py": WRONG}, bubblewrap)

    assert given.failed == (EXPECTED[0], EXPECTED[1])


def test_parametrized_tests_in_classes_are_graded_one_by_one(bubblewrap: Sandbox) -> None:
    tests = """\
import pytest
from tally import total


class TestTotal:
    @pytest.mark.parametrize(("numbers", "expected"), [([1], 1), ([1, 1], 3)])
    def test_total(self, numbers, expected):
        assert total(numbers) == expected
"""
    expected = ("test_tally.py::TestTotal::test_total[numbers0-1]", "test_tally.py::TestTotal::test_total[numbers1-3]")

    given = verdict(pytest_task(tests=tests, expected=expected), {"tally.py": RIGHT}, bubblewrap)

    assert (given.passed, given.failed, given.tampering) == (1, expected[1:], None)


def test_an_answer_that_exits_when_imported_has_crashed(bubblewrap: Sandbox) -> None:
    given = verdict(pytest_task(), {"tally.py": "import sys\nsys.exit(0)\n"}, bubblewrap)

    assert (given.finish, given.tampering) == (Finish.CRASHED, None)


def test_an_answer_that_hangs_is_timed_out(bubblewrap: Sandbox) -> None:
    task = calls_task([{"name": "x", "function": "tally:total", "args": [[]], "expected": 0}])
    object.__setattr__(task, "grading_timeout_s", 1.0)

    assert verdict(task, {"tally.py": "while True:\n    pass\n"}, bubblewrap).finish is Finish.TIMED_OUT


def test_a_functions_answer_that_leaves_at_once_is_flagged(bubblewrap: Sandbox) -> None:
    given = verdict(TASKS["function"], {"tally.py": "import os\nos._exit(0)\n"}, bubblewrap)

    assert given.finish is Finish.TAMPERED


def test_equality_that_is_always_true_does_not_pass_a_function(bubblewrap: Sandbox) -> None:
    source = "class Same(int):\n    def __eq__(self, other): return True\ndef total(n): return Same(0)\n"

    assert not verdict(TASKS["function"], {"tally.py": source}, bubblewrap).resolved


def everything_mounted(task: Task) -> str:
    sandbox = FakeSandbox()
    grade(task, Tree.of({"tally.py": STUB}), sandbox, Limits(), np.random.default_rng())
    mounts: list[Mount] = [mount for job in sandbox.jobs for mount in job.mounts]
    return json.dumps([[path, mount.tree.text(path)] for mount in mounts for path in mount.tree])


@pytest.mark.parametrize("grader", ["function", "command"])
def test_no_expected_value_enters_the_sandbox(grader: str) -> None:
    marked = json.loads(json.dumps(CALLS if grader == "function" else COMMANDS))
    marked[0]["expected"] = "marker-4711" if grader == "function" else {"stdout": "marker-4711"}
    task = calls_task(marked) if grader == "function" else commands_task(marked)

    assert "marker-4711" not in everything_mounted(task)


def test_a_grading_sandbox_has_no_gateway_and_one_writable_mount() -> None:
    sandbox = FakeSandbox()

    grade(pytest_task(), Tree.of({"tally.py": STUB}), sandbox, Limits(), np.random.default_rng())

    job = sandbox.jobs[0]
    assert job.gateway_socket is None
    assert [mount.path for mount in job.mounts if mount.writable] == ["/report"]


def test_grading_has_the_tasks_own_time_limit() -> None:
    sandbox = FakeSandbox()

    grade(pytest_task(), Tree.of({"tally.py": STUB}), sandbox, Limits(timeout_s=999), np.random.default_rng())

    assert sandbox.jobs[0].limits.timeout_s == 20.0
