"""Grading: an answer in a fresh sandbox without a gateway, and a verdict built on the host.

The pristine files with the allowed changes are mounted read-only, the hidden part beside them, outside the tree. What
the sandbox prints is for the user's eyes only and is no part of a verdict.
"""

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from numpy.random import Generator

from dgm.evaluations import calls
from dgm.evaluations.canaries import disguise
from dgm.evaluations.verdicts import (
    REPORT_FILE,
    REPORT_FOLDER,
    Unread,
    counted,
    judge_tests,
    read_results,
    unresolved,
)
from dgm.ports import Sandbox
from dgm.values import FileEntry, Grader, Job, JobResult, Limits, Mount, Task, Tree, Verdict

REPOSITORY = "/workspace"
HIDDEN = "/hidden"
CALLS_FILE = "inputs.json"
TESTS_DRIVER = "run_tests.py"
CALLS_DRIVER = "run_calls.py"

INTERPRETER = ("python", "-P", "-s", "-B")
"""Isolated as by `-I`, but that the environment, which is ours alone, is read: it fixes the seed of hashes."""

ENVIRONMENT = {
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}


@dataclass(frozen=True, slots=True)
class Graded:
    """A verdict, and what grading printed: an artifact that no agent and no model sees."""

    verdict: Verdict
    log: bytes
    wall_s: float


def grade(task: Task, answer: Tree, sandbox: Sandbox, limits: Limits, rng: Generator) -> Graded:
    """Grade the repository as an answer left it, after the path policy.

    Args:
        limits: of the sandbox; its time is the task's.
        rng: must not be foreseeable for whoever answers: it names and alters the canaries.

    Raises:
        SandboxError: the sandbox failed by itself: not the answer's doing.
        SuiteError: the task's hidden part cannot be used.
    """
    if task.grader is Grader.PYTEST:
        return _grade_tests(task, answer, sandbox, limits, rng)
    return _grade_calls(task, answer, sandbox, limits)


def _grade_tests(task: Task, answer: Tree, sandbox: Sandbox, limits: Limits, rng: Generator) -> Graded:
    disguised = disguise(task, rng)
    result = sandbox.run(_job(task, answer, disguised.hidden, TESTS_DRIVER, HIDDEN, limits))
    return _graded(judge_tests(task.expected, disguised, result), result)


def _grade_calls(task: Task, answer: Tree, sandbox: Sandbox, limits: Limits) -> Graded:
    items, tolerance = calls.read_calls(task)
    given = Tree({CALLS_FILE: FileEntry(calls.inputs(items))})
    result = sandbox.run(_job(task, answer, given, CALLS_DRIVER, f"{HIDDEN}/{CALLS_FILE}", limits))
    results = read_results(result, len(items))
    if isinstance(results, Unread):
        return _graded(unresolved(task.expected, results.finish, results.tampering), result)
    return _graded(counted(task.expected, set(calls.passed(items, results, tolerance))), result)


def _job(task: Task, answer: Tree, hidden: Tree, driver: str, target: str, limits: Limits) -> Job:
    return Job(
        command=(*INTERPRETER, f"/driver/{driver}", target, REPOSITORY, f"{REPORT_FOLDER}/{REPORT_FILE}"),
        mounts=(
            Mount(REPOSITORY, answer),
            Mount(HIDDEN, hidden),
            Mount("/driver", driver_tree()),
            Mount(REPORT_FOLDER, writable=True),
        ),
        environment=ENVIRONMENT,
        workdir="/tmp",
        limits=replace(limits, timeout_s=task.grading_timeout_s),
        collect=(REPORT_FOLDER,),
        label="grade",
    )


@cache
def driver_tree() -> Tree:
    """Return the programs that run inside: text of this package that the host never imports."""
    folder = files("dgm.evaluations") / "drivers"
    return Tree({name: FileEntry((folder / name).read_bytes()) for name in (TESTS_DRIVER, CALLS_DRIVER)})


def _graded(verdict: Verdict, result: JobResult) -> Graded:
    return Graded(verdict, printed(result), result.resources.wall_s)


def printed(result: JobResult) -> bytes:
    """Return what a job printed, for an artifact."""
    return b"--- stdout ---\n" + result.stdout + b"\n--- stderr ---\n" + result.stderr
