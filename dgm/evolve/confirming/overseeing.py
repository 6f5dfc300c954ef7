"""Handles what persons ask of a run while a confirmation is at work on it."""

from dgm.evolve.books import Halt
from dgm.evolve.overseeing import Overseer
from dgm.evolve.progress import Reason
from dgm.ports import Archive, Inbox
from dgm.values import Command, Request


class ConfirmationOverseer(Overseer):
    """Answers as an overseer without a search does, but that the work can be stopped."""

    def __init__(self, archive: Archive, inbox: Inbox | None) -> None:
        super().__init__(archive, inbox)

    def _fulfil(self, request: Request) -> None:
        super()._fulfil(request)
        if request.command is Command.STOP:
            self.halt = Halt(Reason.STOPPED, f"stopped by {request.by}")

    def _refusal(self, request: Request) -> str:
        match request.command:
            case Command.STOP:
                return ""
            case Command.PAUSE | Command.RESUME:
                return "a confirmation is at work, which can only be stopped"
            case _:
                return super()._refusal(request)
