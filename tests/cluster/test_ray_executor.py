"""Ray on this machine. One cluster for all tests: it takes seconds to start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dgm.cluster import RayExecutor
from dgm.values import Finished
from tests.cluster.handlers import ObeyingFactory, answer, work

SLOTS = 8


@pytest.fixture(scope="module")
def executor() -> Iterator[RayExecutor]:
    os.environ["DGM_TEST_KEY"] = "of the node"
    opened = RayExecutor(ObeyingFactory(together=SLOTS), SLOTS)
    yield opened
    opened.close()
    del os.environ["DGM_TEST_KEY"]


def drain(executor: RayExecutor, count: int) -> dict[str, Finished]:
    found: dict[str, Finished] = {}
    for _ in range(60):
        found.update({finished.work_id: finished for finished in executor.wait(1.0)})
        if len(found) >= count:
            return found
    raise AssertionError(f"only {sorted(found)} of {count} finished in 60 s")


def test_work_gives_its_answer(executor: RayExecutor) -> None:
    executor.submit(work("w", "echo hello"))

    assert drain(executor, 1)["w"] == Finished("w", answer("hello"))


def test_all_slots_work_at_once_in_one_process(executor: RayExecutor) -> None:
    for i in range(SLOTS):
        executor.submit(work(f"w{i}", "meet"))

    assert {finished.outcome.detail for finished in drain(executor, SLOTS).values()} == {"met"}


def test_more_work_than_slots_is_queued(executor: RayExecutor) -> None:
    for i in range(3 * SLOTS):
        executor.submit(work(f"w{i}", f"echo {i}"))

    assert {finished.outcome.detail for finished in drain(executor, 3 * SLOTS).values()} == {
        str(i) for i in range(3 * SLOTS)
    }


def test_a_failure_is_tried_again_once(executor: RayExecutor, tmp_path: Path) -> None:
    executor.submit(work("w", f"fail-once {tmp_path / 'mark'}"))

    assert drain(executor, 1)["w"] == Finished("w", answer("second start"), retries=1)


def test_work_that_fails_twice_is_told_with_what_it_raised(executor: RayExecutor) -> None:
    executor.submit(work("w", "fail badly"))

    finished = drain(executor, 1)["w"]

    assert finished.outcome is None
    assert "RuntimeError: told to fail: badly" in finished.error


def test_work_of_a_killed_worker_is_started_again_once(executor: RayExecutor, tmp_path: Path) -> None:
    executor.submit(work("w", f"die-once {tmp_path / 'mark'}"))

    assert drain(executor, 1)["w"] == Finished("w", answer("second start"), retries=1)


def test_work_that_kills_its_worker_twice_is_lost(executor: RayExecutor) -> None:
    executor.submit(work("w", "die"))

    finished = drain(executor, 1)["w"]

    assert finished.outcome is None
    assert finished.retries == 1
    assert "its worker died" in finished.error


def test_work_that_fails_and_then_kills_its_worker_is_started_twice_in_all(
    executor: RayExecutor, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    executor.submit(work("w", f"fail-then-die {starts}"))

    finished = drain(executor, 1)["w"]

    assert (finished.outcome, finished.retries, starts.stat().st_size) == (None, 1, 2)


def test_a_killed_worker_takes_its_neighbours_with_it_and_they_are_started_again(
    executor: RayExecutor, tmp_path: Path
) -> None:
    executor.submit(work("killer", f"die-once {tmp_path / 'mark'}"))
    for i in range(SLOTS - 1):
        executor.submit(work(f"w{i}", f"echo {i}"))

    answers = {finished.outcome.detail for finished in drain(executor, SLOTS).values()}

    assert answers == {"second start", *(str(i) for i in range(SLOTS - 1))}


def test_an_overdue_worker_is_taken_as_lost(executor: RayExecutor) -> None:
    executor.submit(work("w", "hang", deadline_s=0.1))

    finished = drain(executor, 1)["w"]

    assert finished.outcome is None
    assert finished.error == "no answer within 0 s: its worker is taken as lost"


def test_a_slot_whose_thread_does_not_come_back_is_not_offered(executor: RayExecutor) -> None:
    before = executor.slots
    executor.submit(work("w", "hang", deadline_s=0.1))

    drain(executor, 1)

    assert executor.slots == before - 1


def test_a_worker_has_the_environment_of_its_node(executor: RayExecutor) -> None:
    executor.submit(work("w", "environment DGM_TEST_KEY"))

    assert drain(executor, 1)["w"].outcome == answer("of the node")


def test_nothing_is_sent_about_its_use(executor: RayExecutor) -> None:
    executor.submit(work("w", "environment RAY_USAGE_STATS_ENABLED"))

    assert drain(executor, 1)["w"].outcome == answer("0")


def test_waiting_for_nothing_returns_at_once(executor: RayExecutor) -> None:
    assert executor.wait(60) == ()
