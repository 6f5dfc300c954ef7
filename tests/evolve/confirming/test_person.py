"""What a person's word does to a confirmation that is under way."""

from pathlib import Path

import pytest

from dgm.evolve import Reason
from dgm.evolve.confirming import ConfirmationEnd
from dgm.values import Command
from tests.evolve.confirming.held import Held
from tests.fakes import FakeInbox


@pytest.fixture
def held(tmp_path: Path) -> Held:
    """A line in which a1 and a2 resolve everything, and the founder nothing."""
    return Held(tmp_path / "run")


def asked(held: Held, command: Command, agent: int | None = None) -> tuple[ConfirmationEnd, list[str]]:
    """Let a person ask something before the first trial; return how the work ended, and what the log says."""
    held.inbox = FakeInbox(held.clock)
    held.inbox.ask(command, agent)
    end = held.confirm(2)
    with held.open() as run:
        return end, [event.text for event in run.archive.events()]


def test_a_person_can_stop_it(held: Held) -> None:
    end, log = asked(held, Command.STOP)

    assert (end.reason, end.detail) == (Reason.STOPPED, "stopped by Ann")
    assert "the run is stopped by Ann" in log


def test_a_stop_is_answered_once(held: Held) -> None:
    asked(held, Command.STOP)

    assert held.confirm(2).record.word == "confirmed"


def test_it_cannot_be_paused(held: Held) -> None:
    end, log = asked(held, Command.PAUSE)

    assert end.record.word == "confirmed"
    assert "Ann asked to pause the run: a confirmation is at work, which can only be stopped" in log


def test_a_person_can_judge_an_agent_meanwhile(held: Held) -> None:
    _, log = asked(held, Command.VETO, 1)

    assert "a1 is vetoed by Ann" in log
