import pytest

from dgm.improve.bench import AgentRun, ending
from dgm.values import Call, CallStatus, Ended, Failure, GatewayReport, JobResult, Resources

RESULT = JobResult(Ended.EXITED, 1, b"", b"Traceback\n\x1b[2JKeyError: 'x'\n", Resources(0.1))
REFUSED = Call("improve", "m", 0, 0, 0.0, 0.0, CallStatus.REFUSED_LEASE)


@pytest.mark.parametrize(
    ("report", "failure"),
    [
        (GatewayReport(), Failure.NO_CHANGE),
        (GatewayReport(calls=(REFUSED,)), Failure.LEASE),
        (GatewayReport(upstream_failed=True), Failure.INFRASTRUCTURE),
        (GatewayReport(calls=(REFUSED,), upstream_failed=True), Failure.INFRASTRUCTURE),
    ],
)
def test_the_endpoint_is_blamed_before_the_lease_and_the_lease_before_the_agent(
    report: GatewayReport, failure: Failure
) -> None:
    assert AgentRun(RESULT, report).blame(Failure.NO_CHANGE, "it changed nothing").failure is failure


def test_a_blame_says_how_the_agent_ended_in_harmless_words() -> None:
    detail = AgentRun(RESULT, GatewayReport()).blame(Failure.NO_CHANGE, "it changed nothing").detail

    assert detail.startswith("it changed nothing; exit code 1")
    assert "KeyError" in detail
    assert "\x1b" not in detail


def test_the_summary_of_a_test_runner_is_told_without_its_frame() -> None:
    printed = b"ERROR test_a.py\n!!!!! Interrupted: 1 error during collection !!!!!\n===== 1 error in 0.53s =====\n"

    said = ending(JobResult(Ended.EXITED, 2, printed, b"", Resources(0.1)))

    assert "'ERROR test_a.py | Interrupted: 1 error during collection | 1 error in 0.53s'" in said


@pytest.mark.parametrize("ended", [Ended.TIMED_OUT, Ended.OUT_OF_MEMORY, Ended.KILLED])
def test_an_ending_that_is_no_exit_is_named(ended: Ended) -> None:
    assert ending(JobResult(ended, None, b"", b"", Resources(0.1))) == ended.value
