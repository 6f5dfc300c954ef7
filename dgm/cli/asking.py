"""Asks something of a run: through its inbox where a driver is at work, else by doing it here."""

import time
from pathlib import Path
from uuid import uuid4

from dgm.archive import Run, RunInbox, open_run
from dgm.cli.clock import SystemClock
from dgm.cli.inspecting import AT_WORK
from dgm.errors import RunLocked
from dgm.evolve import Overseer
from dgm.values import Command, Event, Request

ANSWER_S = 5.0
"""How long a driver is waited for. One that is at work looks into the inbox every second."""

POLL_S = 0.1


def ask(folder: Path, command: Command, *, by: str, agent: int | None = None, reason: str = "") -> Event | None:
    """Ask something of a run. Returns the entry of its log that answers; None: the driver has not answered in time.

    Then the request is still in the inbox, and is handled by whoever drives the run next.

    Raises:
        ArchiveError: the run's folder cannot be used.
    """
    request = Request(uuid4().hex, command, by, agent, reason)
    RunInbox(folder).send(request)
    until = time.monotonic() + ANSWER_S
    while True:
        _answer_here(folder)
        with open_run(folder, SystemClock(), readonly=True) as run:
            answer = run.archive.answer(request.request_id)
        if answer is not None or time.monotonic() > until:
            return answer
        time.sleep(POLL_S)


def answer_requests(run: Run) -> None:
    """Handle what was asked while no driver was at work, in a run that is open for writing."""
    Overseer(run.archive, run.inbox).attend()


def _answer_here(folder: Path) -> None:
    try:
        with open_run(folder, SystemClock()) as run:
            answer_requests(run)
    except RunLocked:
        pass  # a driver is at work: it answers


def is_paused(folder: Path) -> bool:
    """Tell whether the driver of a run was paused, or will be: it may not have looked into its inbox yet."""
    with open_run(folder, SystemClock(), readonly=True) as run:
        newest = run.archive.newest_event(AT_WORK)
    if newest is not None and newest.kind == "pause":
        return True
    asked = [letter.request for letter in RunInbox(folder).look()]
    return any(request.command is Command.PAUSE for request in asked if request is not None)
