"""The inbox of a run: a folder into which commands put requests for its driver, one file each.

Only the run's owner can enter it. Whatever else lies there - other people's files, links, large or unreadable ones -
is no request, and says why.
"""

import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from dgm.archive.durable import TEMPORARY, storage_errors, write_durably
from dgm.values import Command, Letter, Request

FOLDER = "inbox"
MAX_BYTES = 16 << 10
MAX_AT_ONCE = 64
POLL_S = 0.2

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_SUFFIX = ".json"


class _RequestFile(BaseModel):
    """What a file in the inbox says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    request_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    command: Command
    by: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    agent: Annotated[int, Field(ge=0, lt=10**9, strict=True)] | None = None
    reason: Annotated[str, StringConstraints(max_length=2000)] = ""

    @model_validator(mode="after")
    def _an_agent_where_one_is_meant(self) -> Self:
        if (self.agent is not None) != (self.command in (Command.VETO, Command.APPROVE)):
            raise ValueError("an agent is named by `veto` and `approve`, and by nothing else")
        return self


class RunInbox:
    """The port Inbox, and how a request gets into it."""

    def __init__(self, run: Path) -> None:
        self._folder = run / FOLDER
        self._stuck: set[str] = set()

    def send(self, request: Request) -> None:
        """Put a request into the inbox, durably. Raises StorageFull, ArchiveError."""
        words = _RequestFile(
            request_id=request.request_id,
            command=request.command,
            by=request.by,
            agent=request.agent,
            reason=request.reason,
        )
        with storage_errors(self._folder.parent):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path = self._folder / f"{time.time_ns():020}-{request.request_id}{_SUFFIX}"
            write_durably(path, words.model_dump_json().encode())

    def look(self) -> tuple[Letter, ...]:
        """Return what lies in it, oldest first."""
        try:
            folder = os.open(self._folder, _OPEN_FOLDER)
        except FileNotFoundError:
            return ()
        except OSError as error:
            return self._once(Letter("", None, f"the inbox cannot be opened: {error.strerror}"))
        try:
            owned = os.fstat(folder)
            if owned.st_uid != os.geteuid() or owned.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return self._once(Letter("", None, "the inbox is not its owner's alone: nothing in it is read"))
            names = sorted(set(os.listdir(folder)) - self._stuck)  # noqa: PTH208 - of a folder that was checked
            whole = [name for name in names if not name.endswith(TEMPORARY)]
            return tuple(_letter(folder, name) for name in whole[:MAX_AT_ONCE])
        finally:
            os.close(folder)

    def _once(self, letter: Letter) -> tuple[Letter, ...]:
        return () if letter.name in self._stuck else (letter,)

    def discard(self, letter: Letter) -> None:
        """Remove a letter that was handled. What cannot be removed is not looked at again."""
        with suppress(OSError):
            if letter.name:
                (self._folder / letter.name).unlink(missing_ok=True)
                return
        self._stuck.add(letter.name)

    def wait(self, timeout_s: float) -> None:
        """Return when something has arrived, at the latest after this time."""
        until = time.monotonic() + timeout_s
        while not self.look() and (left := until - time.monotonic()) > 0:
            time.sleep(min(POLL_S, left))


def _letter(folder: int, name: str) -> Letter:
    try:
        data = _read(folder, name)
        words = _RequestFile.model_validate_json(data)
    except (OSError, ValidationError, _NoRequestError) as error:
        return Letter(name, None, _fault(error))
    return Letter(name, Request(words.request_id, words.command, words.by, words.agent, words.reason))


class _NoRequestError(Exception):
    pass


def _read(folder: int, name: str) -> bytes:
    descriptor = os.open(name, _OPEN_FILE, dir_fd=folder)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _NoRequestError("it is no regular file")
        if found.st_uid != os.geteuid() or found.st_nlink != 1:
            raise _NoRequestError("it is somebody else's file, or has other names")
        if found.st_size > MAX_BYTES:
            raise _NoRequestError("it is too large")
        return os.read(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def _fault(error: OSError | ValidationError | _NoRequestError) -> str:
    match error:
        case ValidationError():
            return "it does not say what a request says"
        case OSError():
            return f"it cannot be read: {error.strerror}"
        case _:
            return str(error)
