"""The run's log as a chain: each entry carries the SHA-256 over the one before it and over its own content.

It shows changes to whoever kept a hash elsewhere. Whoever can write the database can chain the whole log anew, and only
such a hash then proves it. Entries are numbered from 1 without a gap.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from sqlite_utils import Database

from dgm.archive.rows import event_value, to_json
from dgm.errors import ArchiveError
from dgm.values import Event

START = "0" * 64
"""What stands before the first entry."""

_APPEND = """
    INSERT INTO events (event, at, kind, text, data, request, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)
"""

_ALL = "SELECT log_head, events.* FROM runs LEFT JOIN events ORDER BY event"
"""In one statement, since a driver may append meanwhile."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a chain that holds from the first entry to the last proves.

    Args:
        entries: how many there are; `head` is the hash of the last, `START` where there is none.
        kept: the entry whose hash was asked for.
        after: entries that came after it.
    """

    entries: int
    head: str
    kept: Event | None = None
    after: int = 0


def append(db: Database, at: datetime, kind: str, text: str, data: str, request: str | None = None) -> int:
    """Add an entry, inside a transaction that the caller holds, and return its number. `data` is JSON."""
    last = db.execute("SELECT event, sha256 FROM events ORDER BY event DESC LIMIT 1").fetchone()
    number, before = (1, START) if last is None else (last[0] + 1, last[1])
    entry = (number, at.isoformat(), kind, text, data, request)
    sha256 = _link(before, entry)
    db.execute(_APPEND, (*entry, sha256))
    db.execute("UPDATE runs SET log_head = ?", (sha256,))
    return number


def chain_all(db: Database) -> None:
    """Chain entries that were written before there was a chain."""
    before = START
    for entry in db.execute("SELECT event, at, kind, text, data, request FROM events ORDER BY event").fetchall():
        before = _link(before, entry)
        db.execute("UPDATE events SET sha256 = ? WHERE event = ?", (before, entry[0]))
    db.execute("UPDATE runs SET log_head = ?", (before,))


def prove(db: Database, head: str | None = None) -> Proof:
    """Check the whole chain, and that the entry with the hash `head` stands in it.

    Raises:
        ArchiveError: it is broken or shortened, or no entry has that hash.
    """
    number, before, kept, end = 0, START, None, START
    cursor = db.execute(_ALL)
    cursor.row_factory = Row
    for row in cursor:
        end = row["log_head"]
        if row["event"] is None:
            break
        number += 1
        if row["event"] != number:
            raise ArchiveError(f"the log is broken: entry {number} is missing.")
        before = _link(before, (number, *(row[name] for name in ("at", "kind", "text", "data", "request"))))
        if row["sha256"] != before:
            raise ArchiveError(f"the log is broken at entry {number}: it, or what stood before it, was changed.")
        if before == head:
            kept = event_value(row)
    if before != end:
        raise ArchiveError(f"the log is shortened: it ends at entry {number}, and the run has recorded another end.")
    if head is not None and kept is None:
        raise ArchiveError(
            f"no entry of the log has the hash {head[:12]}...: the log was changed or shortened since it was printed, "
            "or it is another run's."
        )
    return Proof(number, before, kept, 0 if kept is None else number - kept.event_id)


def _link(before: str, entry: tuple[object, ...]) -> str:
    """Return the hash of an entry: number, time, kind, text, data and request, after the hash of the one before."""
    return hashlib.sha256(to_json([before, *entry]).encode()).hexdigest()
