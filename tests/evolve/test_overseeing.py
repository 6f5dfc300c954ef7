"""What a person asks of a run that is at work: done once, answered in the log, and off the clock while it waits."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dgm.archive import RunInbox
from dgm.evolve import Reason
from dgm.evolve.overseeing import Overseer
from dgm.values import AttemptOrder, Command, Letter, Request, TrialOrder, Work
from tests.evolve.worlds import World, keeping_all, suite_of
from tests.fakes import FakeClock, FakeInbox


def world(folder: Path, *, oversight: str = "none", **budget: float) -> World:
    """Return a world whose founder and children have two tasks, with a person who can ask something."""
    config = keeping_all(**(budget or {"attempts": 3})).model_copy(update={"oversight": oversight})
    clock = FakeClock()
    return World(folder / "run", config, suite_of(2, (2,)), clock=clock, inbox=FakeInbox(clock))


def inbox_of(some: World) -> FakeInbox:
    assert some.inbox is not None
    return some.inbox


def events_of(some: World) -> list[tuple[str, str]]:
    with some.open() as run:
        return [(event.kind, event.text) for event in run.archive.events()]


def parents_of(some: World) -> list[int]:
    return [order.parent_id for order in some.script.orders if isinstance(order, AttemptOrder)]


def at_the_first(some: World, kind: type, act: Callable[[], object]) -> None:
    """Let something happen while the first work of a kind is done."""

    def look(work: Work) -> None:
        if isinstance(work.order, kind):
            some.script.raises = lambda work: None
            act()

    some.script.raises = look


def test_a_stop_ends_the_run_as_an_interrupt_does(tmp_path: Path) -> None:
    some = world(tmp_path)
    at_the_first(some, TrialOrder, lambda: inbox_of(some).ask(Command.STOP))

    end = some.run()

    assert (end.reason, end.detail) == (Reason.STOPPED, "stopped by Ann")
    assert ("stop", "the run is stopped by Ann") in events_of(some)


def test_a_paused_run_starts_nothing_until_it_is_resumed(tmp_path: Path) -> None:
    some = world(tmp_path)
    done: list[int] = []
    at_the_first(some, TrialOrder, lambda: inbox_of(some).ask(Command.PAUSE))
    count = lambda: done.append(len(some.script.orders))  # noqa: E731
    inbox_of(some).meanwhile = [count, count, lambda: inbox_of(some).ask(Command.RESUME, by="Bob")]

    end = some.run()

    assert (end.reason, done) == (Reason.FINISHED, [2, 2])
    assert [text for kind, text in events_of(some) if kind in ("pause", "resume")] == [
        "the run is paused by Ann",
        "the run is resumed by Bob",
    ]


def test_a_paused_run_says_so_once(tmp_path: Path) -> None:
    some = world(tmp_path)
    at_the_first(some, TrialOrder, lambda: inbox_of(some).ask(Command.PAUSE))
    inbox_of(some).meanwhile = [lambda: None, lambda: None, lambda: inbox_of(some).ask(Command.RESUME)]

    some.run()

    said = [text for progress in some.told for text in progress.events if text.startswith("paused by Ann")]
    assert len(said) == 1
    assert any(progress.waits_for for progress in some.told)
    assert some.told[-1].waits_for == ""


def test_a_pause_with_nothing_under_way_is_off_the_clock(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1, hours=1)
    at_the_first(some, TrialOrder, lambda: inbox_of(some).ask(Command.PAUSE))
    inbox_of(some).meanwhile = [lambda: some.clock.advance(7200), lambda: inbox_of(some).ask(Command.RESUME)]

    end = some.run()

    assert end.detail == "the budget of 1 attempts is used up"
    with some.open() as run:
        assert run.archive.totals().hours == 0


def test_a_vetoed_agent_and_its_clade_are_no_parents_any_more(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=8)
    at_the_first(some, AttemptOrder, lambda: inbox_of(some).ask(Command.VETO, 0, reason="odd"))

    end = some.run()

    assert (end.reason, parents_of(some)) == (Reason.FINISHED, [0])
    assert "barred: a0: vetoed, a1: vetoed" in end.detail


def test_a_child_whose_parent_was_vetoed_meanwhile_is_recorded_and_never_the_best(tmp_path: Path) -> None:
    some = world(tmp_path)
    at_the_first(some, AttemptOrder, lambda: inbox_of(some).ask(Command.VETO, 0))

    end = some.run()

    with some.open() as run:
        assert len(run.archive.agents()) == 2
    assert end.best is None


def test_a_veto_of_nobody_is_refused_with_its_reason(tmp_path: Path) -> None:
    some = world(tmp_path)
    inbox_of(some).ask(Command.VETO, 7)

    some.run()

    assert ("refused", "Ann asked to veto a7: there is no such agent") in events_of(some)


def test_what_is_no_request_is_logged_and_removed(tmp_path: Path) -> None:
    some = world(tmp_path)
    inbox_of(some).letters.append(Letter("evil\x1b.json", None, "it is too large"))

    some.run()

    assert ("refused", "'evil\\x1b.json' in the inbox is no request: it is too large") in events_of(some)
    assert inbox_of(some).letters == []


def test_a_request_that_was_answered_before_a_kill_is_not_handled_again(tmp_path: Path) -> None:
    some = world(tmp_path)
    request = inbox_of(some).ask(Command.STOP)
    with some.open() as run:
        run.archive.add_event("stop", "the run is stopped by Ann", request=request.request_id)

    end = some.run()

    assert (end.reason, inbox_of(some).letters) == (Reason.FINISHED, [])


def test_a_kill_between_the_answer_and_the_removal_of_a_request_answers_it_once(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=0)
    some.run()
    inbox = RunInbox(some.folder)
    inbox.send(Request("a" * 32, Command.VETO, "Ann", 0))
    script = [sys.executable, "-m", "tests.evolve.killed_overseer", str(some.folder)]

    killed = subprocess.run(script, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, check=False)

    assert (killed.returncode, len(inbox.look())) == (-signal.SIGKILL, 1)
    with some.open() as run:
        Overseer(run.archive, inbox).attend()
        assert [mark.kind for mark in run.archive.marks()] == ["veto"]
    assert inbox.look() == ()


@pytest.mark.parametrize(
    ("command", "agent", "answer"),
    [
        (Command.PAUSE, None, ("refused", "Ann asked to pause the run: no driver is at work")),
        (Command.RESUME, None, ("refused", "Ann asked to resume the run: no driver is at work")),
        (Command.STOP, None, ("refused", "Ann asked to stop the run: no driver is at work")),
        (Command.VETO, 0, ("veto", "a0 is vetoed by Ann: odd")),
        (Command.APPROVE, 0, ("approval", "a0 is approved by Ann: odd")),
    ],
)
def test_without_a_driver_agents_are_judged_and_nothing_else(
    tmp_path: Path, command: Command, agent: int | None, answer: tuple[str, str]
) -> None:
    some = world(tmp_path, attempts=0)
    some.run()
    inbox_of(some).ask(command, agent, reason="odd")

    with some.open() as run:
        Overseer(run.archive, some.inbox).attend()

    assert events_of(some)[-1] == answer


# -- waiting for a person ---------------------------------------------------------------------------------------------


def test_a_run_waits_for_the_person_who_can_let_it_go_on(tmp_path: Path) -> None:
    some = world(tmp_path, oversight="flagged", attempts=1)
    some.script.tampers = lambda order: order.agent_id == 0 and order.task.task_id == "t1"
    inbox_of(some).meanwhile = [lambda: some.clock.advance(3600), lambda: inbox_of(some).ask(Command.APPROVE, 0)]

    end = some.run()

    assert parents_of(some) == [0]
    assert end.detail.startswith("the budget of 1 attempts is used up")
    assert any("waits for a person: a0: flagged" in progress.waits_for for progress in some.told)
    with some.open() as run:
        assert run.archive.totals().hours == 0


def test_a_run_that_waits_for_nobody_ends_and_names_who_is_barred(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    some.script.tampers = lambda order: True

    end = some.run()

    assert end.reason is Reason.FINISHED
    assert "barred: a0: flagged" in end.detail


def test_a_run_whose_budget_is_used_up_waits_for_nobody(tmp_path: Path) -> None:
    some = world(tmp_path, oversight="flagged", attempts=0)
    some.script.tampers = lambda order: True

    assert some.run().reason is Reason.FINISHED


def test_where_all_are_to_be_approved_only_founders_and_the_approved_are_parents(tmp_path: Path) -> None:
    some = world(tmp_path, oversight="approve", attempts=9)
    asked: list[int] = []

    def approve_the_first(work: Work) -> None:
        if isinstance(work.order, AttemptOrder) and work.order.attempt_id == 3:
            asked.append(inbox_of(some).ask(Command.APPROVE, 1).agent or 0)

    some.script.raises = approve_the_first
    some.run()

    assert asked == [1]
    assert parents_of(some)[:3] == [0, 0, 0]
    assert set(parents_of(some)) == {0, 1}
    with some.open() as run:
        assert len(run.archive.trials(6)) == 2  # measured all the same


def test_a_run_that_nobody_can_reach_waits_for_nobody(tmp_path: Path) -> None:
    some = world(tmp_path, oversight="flagged", attempts=1)
    some.script.tampers = lambda order: True
    some.inbox = None

    assert some.run().reason is Reason.FINISHED


def test_the_same_agents_are_barred_after_a_resume(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=4)
    some.script.tampers = lambda order: order.agent_id == 1
    some.run()
    with some.open() as run:
        before = some.loop(run, None)._books.population.barred.tolist()
    some.config = keeping_all(attempts=8)
    some.run()

    made = len(before)
    with some.open() as run:
        after = some.loop(run, None)._books.population.barred.tolist()
    assert before[1]
    assert after[:made] == before
    assert 1 not in parents_of(some)


def test_a_verdict_with_tampering_flags_its_agent(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=0)
    some.script.tampers = lambda order: order.task.task_id == "t0"

    some.run()

    with some.open() as run:
        (mark,) = run.archive.marks()
    assert (mark.agent, mark.reason) == (0, "tampering on 't0': it forged its report")
