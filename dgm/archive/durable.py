"""Files that a power cut does not undo, and what a full disk is called."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dgm.errors import ArchiveError, StorageFull

TEMPORARY = ".tmp"
"""How a file ends that is not whole yet: opening a run removes what a crash left of them."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FULL_WORDS = ("No space left on device", "Disk quota exceeded")


def write_durably(path: Path, data: bytes, *, staged: Callable[[], None] = lambda: None) -> None:
    """Put a whole file in place, or none: a temporary file, synced, renamed, and its folder synced.

    Args:
        staged: called when the temporary file is whole and the rename is still to come.
    """
    temporary = Path(f"{path}{TEMPORARY}")
    try:
        _write_synced(temporary, data)
        staged()
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def _write_synced(path: Path, data: bytes) -> None:
    """Write a file by system calls alone: an artifact is kept for every trial, and file objects cost as much again."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn what the system and SQLite raise while `folder` is used into the archive's errors.

    Raises:
        StorageFull: the disk has no room.
        ArchiveError: any other failure of the disk or the database.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full_disk(folder) from error
        raise ArchiveError(f"cannot use the run {folder.name!r}: {error.strerror}. Check the disk it is on.") from error
    except sqlite3.Error as error:
        if _says_full(error, folder):
            raise full_disk(folder) from error
        raise ArchiveError(
            f"the database of the run {folder.name!r} failed: {error}. Check the disk it is on."
        ) from error


def names_full_disk(message: str) -> bool:
    """Tell whether a program's message means that the disk is full."""
    return any(words in message for words in _FULL_WORDS)


def full_disk(folder: Path) -> StorageFull:
    """Return the error for a run whose disk has no room."""
    return StorageFull(
        f"the disk that holds the run {folder.name!r} is full: nothing recorded is lost. "
        "Make room, then `dgm resume` goes on."
    )


def _says_full(error: sqlite3.Error, folder: Path) -> bool:
    """SQLite reports a full disk as such, or as an I/O error where the shared memory of its log cannot grow."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and not _has_room(folder))


def _has_room(folder: Path) -> bool:
    disk = os.statvfs(folder if folder.exists() else folder.parent)
    return disk.f_bavail * disk.f_frsize >= 1 << 16
