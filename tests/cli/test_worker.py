"""What runs on a worker, with fakes for its adapters."""

from dgm.cli.worker import Worker
from dgm.values import Bundle, Limits, Work, WorkKind
from tests.evaluations.builders import pytest_task, trial_order
from tests.fakes import FakeClock, FakeModels, FakeSandbox


def test_what_a_trial_left_is_bundled_where_it_ran() -> None:
    worker = Worker(FakeSandbox(), FakeModels(), FakeClock(), Limits())

    outcome = worker(Work("trial 3", WorkKind.TRIAL, trial_order(pytest_task()), 60.0))

    assert isinstance(outcome.artifacts, Bundle)
    assert outcome.artifacts["transcript.jsonl"] == b'{"fake": true}\n'
