import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.evaluations.canaries import Disguise, disguise
from dgm.evaluations.verdicts import CONTRADICTION, EXIT_CODE, IDS, INCOMPLETE, NOT_OURS, SKIPPED, judge_tests
from dgm.values import Ended, Finish, JobResult, Verdict
from tests.evaluations.builders import EXPECTED, graded_result, pytest_task

PLAN = disguise(pytest_task(), np.random.default_rng(1))


def report(outcomes: dict[str, str], *, exit_code: int = 1, broken: tuple[str, ...] = ()) -> dict[str, object]:
    return {"exit_code": exit_code, "tests": [list(item) for item in outcomes.items()], "broken": list(broken)}


def honest(plan: Disguise = PLAN) -> dict[str, str]:
    passing = {*plan.real, plan.must_pass}
    return {name: "passed" if name in passing else "failed" for name in sorted(plan.ids)}


def judged(result: JobResult) -> Verdict:
    return judge_tests(EXPECTED, PLAN, result)


def canary_of(test_id: str) -> str:
    return next(name for name, original in PLAN.canaries.items() if original == test_id)


def name_of(test_id: str) -> str:
    return next(name for name, original in PLAN.real.items() if original == test_id)


def test_the_exact_outcomes_of_a_right_answer_are_resolved() -> None:
    assert judged(graded_result(report(honest()), exit_code=1)) == Verdict(True, Finish.RESOLVED, 5, 5)


def test_one_failed_test_is_not_resolved() -> None:
    outcomes = {**honest(), name_of(EXPECTED[2]): "failed"}

    assert judged(graded_result(report(outcomes), exit_code=1)).failed == (EXPECTED[2],)


def test_a_wrong_answer_may_pass_the_canary_of_a_test_that_it_fails() -> None:
    outcomes = {**honest(), name_of(EXPECTED[0]): "failed", canary_of(EXPECTED[0]): "passed"}

    assert judged(graded_result(report(outcomes), exit_code=1)).tampering is None


@pytest.mark.parametrize("test_id", EXPECTED)
def test_a_canary_that_passes_beside_its_test_is_tampering(test_id: str) -> None:
    outcomes = {**honest(), canary_of(test_id): "passed"}

    assert judged(graded_result(report(outcomes), exit_code=1)).tampering == CONTRADICTION


@pytest.mark.parametrize("name", sorted(PLAN.ids))
def test_a_missing_test_is_tampering(name: str) -> None:
    outcomes = {key: value for key, value in honest().items() if key != name}

    assert judged(graded_result(report(outcomes), exit_code=1)).tampering == IDS


def test_an_extra_test_is_tampering() -> None:
    outcomes = {**honest(), "test_tally.py::test_more": "passed"}

    assert judged(graded_result(report(outcomes), exit_code=1)).tampering == IDS


def test_a_test_that_stands_there_twice_is_tampering() -> None:
    twice = report(honest())
    twice["tests"] = [*twice["tests"], [name_of(EXPECTED[0]), "passed"]]  # type: ignore[misc]

    assert judged(graded_result(twice, exit_code=1)).tampering == IDS


def test_a_skipped_test_is_tampering() -> None:
    outcomes = {**honest(), name_of(EXPECTED[0]): "skipped"}

    assert judged(graded_result(report(outcomes), exit_code=1)).tampering == SKIPPED


def test_an_exit_code_of_success_is_tampering_since_canaries_fail() -> None:
    assert judged(graded_result(report(honest(), exit_code=0), exit_code=0)).tampering == EXIT_CODE


def test_an_exit_code_other_than_the_reported_one_is_tampering() -> None:
    assert judged(graded_result(report(honest()), exit_code=0)).tampering == EXIT_CODE


def test_success_without_a_report_is_tampering() -> None:
    assert judged(graded_result(None, exit_code=0)).tampering == INCOMPLETE


def test_failure_without_a_report_is_a_crash() -> None:
    assert judged(graded_result(None, exit_code=139)).finish is Finish.CRASHED


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exit_code": 1}', '{"exit_code":1,"tests":[["a",1]],"broken":[]}'])
def test_a_report_of_another_shape_never_resolves(text: str) -> None:
    assert not judged(graded_result(text, exit_code=1)).resolved


def test_a_file_beside_the_report_is_tampering() -> None:
    result = graded_result(report(honest()), exit_code=1, beside={"junit.xml": "<ok/>"})

    assert judged(result).tampering == NOT_OURS


@pytest.mark.parametrize(
    ("ended", "finish"),
    [
        (Ended.TIMED_OUT, Finish.TIMED_OUT),
        (Ended.OUT_OF_MEMORY, Finish.OUT_OF_MEMORY),
        (Ended.KILLED, Finish.CRASHED),
    ],
)
def test_how_the_sandbox_ended_outweighs_a_perfect_report(ended: Ended, finish: Finish) -> None:
    assert judged(graded_result(report(honest()), exit_code=None, ended=ended)).finish is finish


def test_a_file_said_to_be_broken_takes_its_tests_with_it() -> None:
    result = graded_result(report({}, broken=("test_tally.py",)), exit_code=1)

    assert judged(result) == Verdict(False, Finish.TESTS_FAILED, 0, 5, EXPECTED)


def test_a_broken_file_with_outcomes_is_tampering() -> None:
    only_passes = {name: outcome for name, outcome in honest().items() if outcome == "passed"}

    assert judged(graded_result(report(only_passes, broken=("test_tally.py",)), exit_code=1)).tampering == IDS


OUTCOMES = st.sampled_from(["passed", "failed", "skipped", "error"])


@given(
    changed=st.dictionaries(st.sampled_from(sorted(PLAN.ids)), st.none() | OUTCOMES, max_size=6),
    exit_code=st.sampled_from([0, 1, 2, 3, 137]),
    ended=st.sampled_from(Ended),
)
def test_nothing_but_the_exact_outcomes_resolves(changed: dict[str, str | None], exit_code: int, ended: Ended) -> None:
    outcomes = {n: o for n, o in {**honest(), **changed}.items() if o is not None}

    verdict = judged(graded_result(report(outcomes, exit_code=exit_code), exit_code=exit_code, ended=ended))

    right = outcomes == honest() and exit_code == 1 and ended is Ended.EXITED
    assert verdict.resolved == right
