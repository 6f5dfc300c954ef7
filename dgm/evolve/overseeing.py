"""Handles what persons ask of a run: each request once, and answered by an entry of the log.

What has an answer is not handled again, so a kill between the answer and the removal of the request changes nothing.
"""

from dgm.errors import AgentNotFound, DgmError
from dgm.evolve.books import Books, Halt
from dgm.evolve.progress import Reason
from dgm.ports import Archive, Inbox
from dgm.values import Command, Letter, MarkKind, Request

REFUSED = "refused"
"""Kind of the entry that answers a request which is not fulfilled, or tells of a letter that is none."""

_SAID = {
    Command.PAUSE: ("pause", "paused"),
    Command.RESUME: ("resume", "resumed"),
    Command.STOP: ("stop", "stopped"),
    Command.VETO: (MarkKind.VETO.value, "vetoed"),
    Command.APPROVE: (MarkKind.APPROVAL.value, "approved"),
}
"""Kind of the entry, and what it says was done."""


class Overseer:
    """Reads a run's inbox. Used by one thread, which the handler of a signal may borrow.

    Args:
        inbox: None: nobody can ask anything.
        books: of the loop that is at work; None: there is none, so nothing can be paused, resumed or stopped.
    """

    def __init__(self, archive: Archive, inbox: Inbox | None, books: Books | None = None) -> None:
        self._archive, self._inbox, self._books = archive, inbox, books
        self._is_reading = False
        self._trouble: DgmError | None = None
        self.paused_by: str | None = None
        self.halt: Halt | None = None

    def attend(self) -> None:
        """Handle what has arrived. Raises ArchiveError, StorageFull."""
        if self._trouble is not None:
            raise self._trouble
        if self._inbox is None:
            return
        self._is_reading = True
        try:
            for letter in self._inbox.look():
                self._read(letter)
                self._inbox.discard(letter)
        finally:
            self._is_reading = False

    def attend_meanwhile(self) -> None:
        """Handle what has arrived while an executor keeps the loop waiting: for the handler of a signal.

        Raises:
            KeyboardInterrupt: the run is to stop.
        """
        if self._is_reading or self._trouble is not None:
            return
        try:
            self.attend()
        except DgmError as error:  # no concern of the work that was interrupted: the loop's next step raises it
            self._trouble = error
        if self.halt is not None:
            raise KeyboardInterrupt

    def _read(self, letter: Letter) -> None:
        request = letter.request
        if request is None:
            self._archive.add_event(REFUSED, f"{letter.name!r} in the inbox is no request: {letter.fault}")
        elif self._archive.answer(request.request_id) is None:
            self._fulfil(request)

    def _fulfil(self, request: Request) -> None:
        kind, done = _SAID[request.command]
        what = "the run" if request.agent is None else f"a{request.agent}"
        text = f"{what} is {done} by {request.by}"
        if refusal := self._refusal(request):
            kind, text = REFUSED, f"{request.by} asked to {request.command} {what}: {refusal}"
        elif request.reason:
            text = f"{text}: {request.reason}"
        data = {"command": request.command.value, "agent": request.agent, "by": request.by, "reason": request.reason}
        self._archive.add_event(kind, text, data, request=request.request_id)
        if self._books is not None:
            self._books.said.append(text)
            if not refusal:
                self._act(request, self._books)

    def _refusal(self, request: Request) -> str:
        """Return why a request cannot be fulfilled; empty: it can."""
        if request.agent is not None:
            return self._unknown(request.agent)
        if self._books is None:
            return "no driver is at work"
        match request.command:
            case Command.PAUSE if self.paused_by is not None:
                return f"it is paused already, by {self.paused_by}"
            case Command.RESUME if self.paused_by is None:
                return "it is not paused"
            case _:
                return ""

    def _unknown(self, agent: int) -> str:
        try:
            self._archive.agent(agent)
        except AgentNotFound:
            return "there is no such agent"
        return ""

    def _act(self, request: Request, books: Books) -> None:
        match request.command:
            case Command.PAUSE:
                self.paused_by = request.by
            case Command.RESUME:
                self.paused_by = None
            case Command.STOP:
                self.halt = Halt(Reason.STOPPED, f"stopped by {request.by}")
            case Command.VETO | Command.APPROVE:
                books.oversight.take(self._archive.marks(after=books.oversight.newest))
