"""What an attempt may use, and whose fault it is when its means fail."""

from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from dgm.errors import ModelRefused, ModelUnavailable, SandboxError
from dgm.improve import run_attempt
from dgm.values import (
    Failure,
    Job,
    JobResult,
    Lease,
    Limits,
    Manifest,
)
from tests.fakes import FakeClock, FakeModels, FakeSandbox, job_result
from tests.improve.acting import (
    DIAGNOSIS,
    LEASE,
    ActingAgent,
    attempt_order,
    attempted,
    improve,
)

OWN_WAY = Manifest("toy", "", ("python", "-m", "toy"), improve=("python", "-m", "toy.improve"))


def broken(job: Job) -> JobResult:
    raise SandboxError("the engine hiccuped")


def test_a_sandbox_that_keeps_failing_is_infrastructure() -> None:
    outcome, sandbox = attempted(improve=broken)

    assert outcome.failure is Failure.INFRASTRUCTURE
    assert len(sandbox.jobs) == 3
    assert outcome.spent.tokens > 0


@pytest.mark.parametrize(
    ("error", "must_stop"), [(ModelUnavailable("it hangs"), False), (ModelRefused("the key is refused"), True)]
)
def test_an_endpoint_that_fails_is_infrastructure_and_a_refusal_stops_the_run(
    error: Exception, must_stop: bool
) -> None:
    def answer(messages: Sequence[Mapping[str, str]]) -> str:
        raise error

    outcome, _ = attempted(models=FakeModels(answer=answer))

    assert outcome.failure is Failure.INFRASTRUCTURE
    assert outcome.must_stop == (str(error) if must_stop else None)


def test_an_attempt_without_time_ends_by_its_lease() -> None:
    outcome, sandbox = attempted(attempt_order(manifest=OWN_WAY, lease=Lease(1000, 1.0, 0.0)))

    assert outcome.failure is Failure.LEASE
    assert sandbox.jobs == []


def test_the_self_modification_leaves_a_share_of_the_lease_for_the_screening() -> None:
    models = FakeModels(answer=lambda _: DIAGNOSIS)

    attempted(models=models)

    lease = next(gateway.lease for gateway in models.opened if gateway.purpose == "improve")
    assert lease.tokens < 0.75 * LEASE.tokens
    assert lease.seconds == 600.0


def test_no_gateway_gets_more_than_is_left() -> None:
    models = FakeModels(answer=lambda _: DIAGNOSIS, calls_per_job=3)

    attempted(models=models)

    used = 0
    for gateway in models.opened:
        assert gateway.lease.tokens <= LEASE.tokens - used
        used += gateway.report().spent.tokens


def test_a_job_never_has_more_time_than_the_lease() -> None:
    clock = FakeClock()

    def slow(job: Job) -> JobResult:
        clock.advance(590.0)
        return improve(job)

    _, sandbox = attempted(attempt_order(lease=Lease(100_000, 1.0, 600.0)), clock=clock, improve=slow)

    assert sandbox.jobs[0].limits.timeout_s == pytest.approx(420.0)
    assert all(job.limits.timeout_s <= 10.0 for job in sandbox.jobs[1:])


def test_the_limits_of_the_run_hold_in_every_sandbox() -> None:
    sandbox = FakeSandbox(ActingAgent())

    run_attempt(attempt_order(), sandbox, FakeModels(lambda _: DIAGNOSIS), FakeClock(), Limits(pids=17, disk_mib=9))

    assert {(job.limits.pids, job.limits.disk_mib) for job in sandbox.jobs} == {(17, 9)}


def test_a_lost_edit_is_explained_by_how_the_agent_ended() -> None:
    outcome, _ = attempted(improve=partial(job_result, exit_code=1, stderr=b"Traceback\nKeyError: 'x'\n"))

    assert outcome.failure is Failure.NO_CHANGE
    assert "exit code 1" in outcome.detail
    assert "KeyError" in outcome.detail
