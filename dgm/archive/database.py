"""Opens dgm.db, and the two statements everything else is made of: insert a row, read rows."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from sqlite_utils import Database

from dgm.archive.schema import migrations

Value: TypeAlias = "str | int | float | None"
Parameters: TypeAlias = "Sequence[Value] | dict[str, Value]"

_BUSY_MS = 30_000


def open_database(path: Path, *, readonly: bool) -> Database:
    """Open the database of a run; the writer also brings its schema up to date.

    Readers in other processes see each transaction whole while the one writer works. A commit is on the disk.
    """
    mode = "ro" if readonly else "rwc"
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True)
    db = Database(connection, execute_plugins=False)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    if readonly:
        connection.execute("PRAGMA query_only = ON")
    else:
        _prepare_for_writing(connection)
        migrations.apply(db)
    return db


def _prepare_for_writing(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def insert(db: Database, table: str, row: Mapping[str, Value]) -> int:
    """Insert one row and return its number. The names are the code's own, the values are bound."""
    columns = ", ".join(row)
    cursor = db.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))  # noqa: S608
    return int(cursor.lastrowid or 0)


def select(db: Database, sql: str, parameters: Parameters = ()) -> Iterator[sqlite3.Row]:
    """Return the rows of a query, to be read by name."""
    cursor = db.execute(sql, parameters)
    cursor.row_factory = sqlite3.Row
    return cursor


def select_one(db: Database, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
    """Return the first row of a query."""
    return next(iter(select(db, sql, parameters)), None)
