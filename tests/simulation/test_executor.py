"""Work on a virtual clock."""

from dataclasses import dataclass, field

from dgm.simulation import VirtualClock, VirtualExecutor
from dgm.values import Finished, Lease, ScreeningOrder, ScreeningOutcome, Spent, Tree, Work, WorkKind


@dataclass
class Timed:
    """Takes the seconds that the order is named."""

    started: list[str] = field(default_factory=list)

    def __call__(self, work: Work) -> ScreeningOutcome:
        self.started.append(work.work_id)
        return ScreeningOutcome(None, None, "", Spent(seconds=float(work.order.name)))

    def close(self) -> None:
        pass


def work(work_id: str, seconds: float, deadline_s: float = 1e9) -> Work:
    return Work(work_id, WorkKind.SCREENING, ScreeningOrder(str(seconds), Tree(), "", Lease(0, 0.0, 0.0)), deadline_s)


def executor_of(slots: int) -> tuple[VirtualExecutor, VirtualClock, Timed]:
    clock, timed = VirtualClock(), Timed()
    return VirtualExecutor(timed, clock, slots), clock, timed


def names(finished: tuple[Finished, ...]) -> list[str]:
    return [one.work_id for one in finished]


def test_the_shortest_work_ends_first_whatever_was_started_first() -> None:
    executor, clock, _ = executor_of(2)
    executor.submit(work("long", 50))
    executor.submit(work("short", 20))

    ended = [(names(executor.wait(1.0)), clock.monotonic()) for _ in range(2)]

    assert ended == [(["short"], 20.0), (["long"], 50.0)]


def test_what_ends_at_once_is_told_at_once() -> None:
    executor, _, _ = executor_of(2)
    executor.submit(work("a", 5))
    executor.submit(work("b", 5))

    assert names(executor.wait(1.0)) == ["a", "b"]


def test_work_waits_for_a_slot() -> None:
    executor, clock, timed = executor_of(1)
    executor.submit(work("a", 5))
    executor.submit(work("b", 7))
    started_at_first = list(timed.started)

    ended = [names(executor.wait(1.0)) for _ in range(2)]

    assert (started_at_first, ended, clock.monotonic()) == (["a"], [["a"], ["b"]], 12.0)


def test_no_time_to_wait_lets_none_pass() -> None:
    executor, clock, _ = executor_of(1)
    executor.submit(work("a", 5))

    assert (executor.wait(0), clock.monotonic()) == ((), 0.0)


def test_waiting_for_nothing_lets_no_time_pass() -> None:
    executor, clock, _ = executor_of(1)

    assert (executor.wait(60), clock.monotonic()) == ((), 0.0)


def test_work_that_outlasts_its_deadline_is_lost_at_it() -> None:
    executor, clock, _ = executor_of(1)
    executor.submit(work("a", 50, deadline_s=30))

    (lost,) = executor.wait(1.0)

    assert (lost.outcome, lost.error, clock.monotonic()) == (
        None,
        "no answer within 30 s: its worker is taken as lost",
        30.0,
    )


def test_closing_drops_what_runs() -> None:
    executor, _, _ = executor_of(1)
    executor.submit(work("a", 5))

    executor.close()

    assert executor.wait(1.0) == ()
