"""The inline executor: one slot in this process."""

from pathlib import Path

import pytest

from dgm.cluster import InlineExecutor
from dgm.cluster.node_worker import NodeWorker
from dgm.errors import SandboxUnavailable
from dgm.values import Finished
from tests.cluster.handlers import LackingFactory, ObeyingFactory, answer, work


def test_work_runs_while_it_is_waited_for() -> None:
    executor = InlineExecutor(ObeyingFactory())

    executor.submit(work("w", "echo hello"))

    assert executor.wait(1.0) == (Finished("w", answer("hello")),)


def test_work_ends_in_the_order_in_which_it_was_submitted() -> None:
    executor = InlineExecutor(ObeyingFactory())

    for name in ("a", "b"):
        executor.submit(work(name, "echo x"))

    assert [executor.wait(1.0)[0].work_id for _ in range(2)] == ["a", "b"]


def test_no_time_to_wait_starts_nothing() -> None:
    executor = InlineExecutor(ObeyingFactory())
    executor.submit(work("w", "fail"))

    assert executor.wait(0) == ()


def test_a_failure_is_tried_again_once(tmp_path: Path) -> None:
    executor = InlineExecutor(ObeyingFactory())
    executor.submit(work("w", f"fail-once {tmp_path / 'mark'}"))

    assert executor.wait(1.0) == (Finished("w", answer("second start"), retries=1),)


def test_work_that_fails_twice_is_told_with_what_it_raised() -> None:
    executor = InlineExecutor(ObeyingFactory())
    executor.submit(work("w", "fail badly"))

    finished = executor.wait(1.0)[0]

    assert (finished.outcome, finished.retries) == (None, 1)
    assert "RuntimeError: told to fail: badly" in finished.error


def test_closing_drops_what_is_queued() -> None:
    executor = InlineExecutor(ObeyingFactory())
    executor.submit(work("w", "echo x"))

    executor.close()
    executor.close()

    assert executor.wait(1.0) == ()


def test_what_the_machine_lacks_is_said_at_once() -> None:
    with pytest.raises(SandboxUnavailable, match="no engine answers"):
        InlineExecutor(LackingFactory())


def test_a_node_returns_what_it_lacks() -> None:
    lacks = NodeWorker(LackingFactory()).open()

    assert str(lacks) == "no engine answers: start it"
