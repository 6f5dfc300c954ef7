import pytest

from dgm.errors import SandboxError
from dgm.evaluations import check_suite, check_task
from dgm.evaluations.check import TaskCheck
from dgm.ports import Sandbox
from dgm.values import Feedback, Job, JobResult, Limits, Suite, Task
from tests.evaluations.builders import RIGHT, STUB, calls_task, graded_result, pytest_task
from tests.fakes import FakeSandbox

CALL: dict[str, object] = {"name": "sum", "function": "tally:total", "args": [[1]], "expected": 1}


def checked(*results: object, task: Task | None = None) -> TaskCheck:
    """Check a task in a sandbox that answers the gradings one after another."""
    given = iter(results)

    def behave(job: Job) -> JobResult:
        return graded_result([{"value": next(given)}])

    return check_task(task or calls_task([CALL]), FakeSandbox(behave), Limits())


def test_a_task_whose_reference_passes_and_whose_empty_answer_fails_is_trusted() -> None:
    assert checked(1, 1, 1, 0, 0, 0).trusted


@pytest.mark.parametrize("results", [(1, 0, 1, 0, 0, 0), (0, 0, 0, 0, 0, 0)])
def test_a_reference_that_fails_once_quarantines(results: tuple[int, ...]) -> None:
    assert "the reference passed" in (checked(*results).reason or "")


def test_an_empty_answer_that_passes_once_quarantines() -> None:
    assert checked(1, 1, 1, 0, 1, 0).reason == "an empty answer failed only 2 of 3"


def test_a_reference_outside_of_what_is_allowed_quarantines() -> None:
    task = calls_task([CALL])
    object.__setattr__(task, "allow", ("other.py",))

    assert "`allow` leaves out 'tally.py'" in (checked(1, 1, 1, 0, 0, 0, task=task).reason or "")


def test_a_hidden_part_that_cannot_be_used_quarantines_with_the_reason() -> None:
    task = pytest_task(expected=("test_tally.py::test_gone",))

    assert "test_gone" in (checked(task=task).reason or "")


def test_a_sandbox_that_fails_is_not_the_tasks_fault() -> None:
    def fail(job: Job) -> JobResult:
        raise SandboxError("gone")

    with pytest.raises(SandboxError):
        check_task(calls_task([CALL]), FakeSandbox(fail), Limits())


def test_every_task_of_a_suite_is_checked_in_a_real_sandbox(bubblewrap: Sandbox) -> None:
    solved = pytest_task(public={"tally.py": RIGHT}, reference={"tally.py": RIGHT})
    broken = pytest_task(reference={"tally.py": STUB})
    suite = Suite("toy", "1", "0", "MIT", Feedback.IDS, (), (pytest_task(), solved, broken))

    assert [check.trusted for check in check_suite(suite, bubblewrap)] == [True, False, False]
