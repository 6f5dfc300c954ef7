"""Opens dgm.db, and what everything else is made of: transactions, inserting rows, reading rows."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from sqlite_utils import Database

from dgm.archive.schema import migrations

Value: TypeAlias = "str | int | float | bytes | None"
Parameters: TypeAlias = "Sequence[Value] | dict[str, Value]"

_BUSY_MS = 30_000


def create_database(path: Path) -> Database:
    """Make the database of a new run and open it for writing."""
    path.touch()
    return open_database(path)


def open_database(path: Path) -> Database:
    """Open the database of a run for writing, and bring its schema up to date. A commit is on the disk."""
    connection = _connect(path, "mode=rw")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    db = Database(connection, execute_plugins=False)
    migrations.apply(db)
    return db


def is_current(db: Database) -> bool:
    """Tell whether the schema is this version's."""
    return not migrations.pending(db)


def open_readonly(path: Path) -> Database:
    """Open the database of a run beside its writer: each transaction is seen whole.

    A run on a read-only disk is read as it lies there, since SQLite cannot put its shared memory beside it.
    """
    settled = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    connection = _connect(path, "immutable=1" if settled else "mode=ro")
    connection.execute("PRAGMA query_only = ON")
    return Database(connection, execute_plugins=False)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return connection


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Make one durable transaction of what is written inside; inside another, a part of it. A raise takes it back.

    It has the write lock from its start: one that asks for it later fails if another process wrote meanwhile.
    """
    connection, outermost = db.conn, not db.conn.in_transaction
    try:
        connection.execute("BEGIN IMMEDIATE" if outermost else "SAVEPOINT part")
        yield
        connection.execute("COMMIT" if outermost else "RELEASE part")
    except BaseException:
        if outermost:
            db.rollback()
        else:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise


def insert(db: Database, table: str, row: Mapping[str, Value]) -> int:
    """Insert one row and return its number. The names are the code's own, the values are bound."""
    columns = ", ".join(row)
    cursor = db.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))  # noqa: S608
    return int(cursor.lastrowid or 0)


def insert_all(db: Database, table: str, rows: Sequence[Mapping[str, Value]]) -> None:
    """Insert rows that have the same columns, inside a transaction that the caller holds."""
    if rows:
        columns = ", ".join(rows[0])
        sql = f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(rows[0]))})"  # noqa: S608
        db.conn.executemany(sql, [tuple(row.values()) for row in rows])


def select(db: Database, sql: str, parameters: Parameters = ()) -> Iterator[sqlite3.Row]:
    """Return the rows of a query, to be read by name."""
    cursor = db.execute(sql, parameters)
    cursor.row_factory = sqlite3.Row
    return cursor


def select_one(db: Database, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
    """Return the first row of a query."""
    return next(iter(select(db, sql, parameters)), None)
