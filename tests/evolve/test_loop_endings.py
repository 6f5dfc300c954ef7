"""How a loop ends and goes on: full disks, stops, dead drivers, and what each of them is charged."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from dgm.errors import StorageFull
from dgm.evolve import Reason
from dgm.evolve.loop import GRACE_S
from dgm.evolve.orders import SCREENING_S
from dgm.values import (
    STARTS,
    Finished,
    TrialState,
    Work,
    WorkKind,
)
from tests.evolve.worlds import Script, World, failing, totals_of, trials_of, world
from tests.fakes import FakeClock


def test_a_full_disk_stops_the_run_without_a_traceback(tmp_path: Path) -> None:
    some = world(tmp_path)
    asked = iter([False, False])

    def full() -> bool:
        if next(asked, None) is None:
            raise StorageFull("the disk is full")
        return False

    end = some.run(stop=full)

    assert (end.reason, end.detail) == (Reason.STORAGE, "the disk is full")


def test_a_stop_request_ends_the_run_before_the_next_step(tmp_path: Path) -> None:
    asked = iter([False, False, True])

    end = world(tmp_path).run(stop=lambda: next(asked))

    assert (end.reason, end.lost) == (Reason.STOPPED, ())


def test_an_interrupt_charges_the_work_under_way_whole_and_says_so(tmp_path: Path) -> None:
    some = world(tmp_path, failing(Script(), WorkKind.TRIAL, KeyboardInterrupt()))

    end = some.run()

    assert (end.reason, end.lost) == (Reason.STOPPED, ("a0 on 't0'",))
    assert totals_of(some).spent.tokens == some.config.leases.trial_tokens + some.script.tokens


def test_an_interrupted_trial_is_run_once_more_when_the_run_is_resumed(tmp_path: Path) -> None:
    some = world(tmp_path, failing(Script(), WorkKind.TRIAL, KeyboardInterrupt()))
    some.run()

    some.script.raises = lambda work: None
    some.run()

    assert [(t.task_id, t.state) for t in trials_of(some)] == [("t0", TrialState.SCORED), ("t1", TrialState.SCORED)]


def test_a_lease_that_a_dead_driver_left_open_is_charged_whole(tmp_path: Path) -> None:
    some = world(tmp_path)

    def die(work: Work) -> BaseException | None:
        return GeneratorExit() if work.kind is WorkKind.TRIAL else None

    some.script.raises = die
    with pytest.raises(GeneratorExit):
        some.run()
    some.script.raises = lambda work: None
    some.run()

    spent = totals_of(some).spent.tokens
    assert spent == some.config.leases.trial_tokens + 3 * some.script.tokens


@pytest.fixture
def small_leases(tmp_path: Path) -> World:
    some = world(tmp_path, tasks=4, tokens=100)
    leases = some.config.leases.model_copy(update={"trial_tokens": 20, "attempt_tokens": 20})
    some.config = some.config.model_copy(update={"leases": leases})
    return some


def test_tokens_never_exceed_their_limit(small_leases: World) -> None:
    end = small_leases.run()

    assert end.detail.startswith("the budget of 100 tokens is used up")
    assert 70 <= totals_of(small_leases).spent.tokens <= 100


def test_a_stop_charges_both_starts_of_the_work_under_way_where_tokens_are_limited(small_leases: World) -> None:
    failing(small_leases.script, WorkKind.TRIAL, KeyboardInterrupt()).tokens = 0

    end = small_leases.run()

    assert end.reason is Reason.STOPPED
    assert totals_of(small_leases).spent.tokens == STARTS * 20
    assert small_leases.told[-1].tokens == STARTS * 20


def test_a_dead_driver_is_charged_for_both_starts_where_tokens_are_limited(small_leases: World) -> None:
    failing(small_leases.script, WorkKind.SCREENING, SystemExit())
    with pytest.raises(SystemExit):
        small_leases.run()

    small_leases.run(stop=lambda: True)

    assert totals_of(small_leases).spent.tokens == STARTS * 20


@dataclass
class Hanging:
    """An executor whose work never ends: each look at it takes a minute."""

    clock: FakeClock
    slots: int = 1

    def submit(self, work: Work) -> None:
        pass

    def wait(self, timeout_s: float) -> tuple[Finished, ...]:
        self.clock.advance(60)
        return ()

    def close(self) -> None:
        pass


def test_work_that_hangs_is_given_up_a_while_after_the_hours_are_used_up(tmp_path: Path) -> None:
    some = world(tmp_path, hours=1.0)

    with some.open() as run:
        end = some.loop(run, Hanging(some.clock)).run()

    assert (end.reason, end.lost) == (Reason.FINISHED, ("the screening of 'one'",))
    assert end.detail.startswith("the budget of 1 hours is used up, and what is under way has not ended")
    assert totals_of(some).hours == pytest.approx(1 + GRACE_S / 3600, abs=0.1)


@pytest.mark.parametrize(("passed_s", "counted_s"), [(100, 100), (1e6, SCREENING_S)])
def test_a_dead_driver_is_charged_the_hours_of_its_lease_at_most(
    tmp_path: Path, passed_s: float, counted_s: float
) -> None:
    some = world(tmp_path)

    def die(work: Work) -> BaseException:
        some.clock.advance(passed_s)
        return SystemExit()

    some.script.raises = die
    with pytest.raises(SystemExit):
        some.run()

    some.run(stop=lambda: True)

    assert totals_of(some).hours == pytest.approx(counted_s / 3600)
