"""The books inside a transaction: leases granted, settled or lost, and the calls that were made on them.

An attempt or a trial has one open lease at most, and a lease is settled once: nothing is charged twice. What a trial on
the holdout spends is its confirmation's: the sums of the run are the search's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from sqlite3 import Row
from typing import Literal

from sqlite_utils import Database

from dgm.archive.database import Value, insert, insert_all, select, select_one
from dgm.values import Call, Lease, OpenLease, Spent, plain

Owner = Literal["attempt", "trial", "holdout_trial"]

_OPEN_HOLDOUT = """
    SELECT lease, leases.tokens, leases.cost_usd, leases.seconds, leases.opened_at, NULL AS attempt,
        holdout_trial AS trial
    FROM leases JOIN holdout_trials USING (holdout_trial)
    WHERE leases.state = 'open' AND confirmation = ? ORDER BY lease
"""


def grant(db: Database, owner: Owner, number: int, lease: Lease, at: datetime) -> None:
    """Open a lease for an attempt or a trial."""
    _open(db, {owner: number}, lease, at)


def grant_screening(db: Database, founder: str, lease: Lease, at: datetime) -> int:
    """Open a lease for the screening of a founder, which is no agent yet. Returns its number."""
    return _open(db, {"note": f"screening of founder {plain(founder)}"}, lease, at)


def settle(
    db: Database,
    owner: Owner | Literal["lease"],
    number: int,
    spent: Spent,
    at: datetime,
    *,
    state: Literal["settled", "lost"] = "settled",
) -> None:
    """Close the open lease of an attempt or a trial, or one by its own number, and add up what was spent."""
    amounts = (spent.tokens, spent.cost_usd, spent.seconds)
    settled = db.execute(
        "UPDATE leases SET state = ?, settled_at = ?, spent_tokens = ?, spent_cost_usd = ?, spent_seconds = ? "  # noqa: S608
        f"WHERE {owner} = ? AND state = 'open'",
        (state, at.isoformat(), *amounts, number),
    )
    if not settled.rowcount:
        return
    if owner != "lease":
        db.execute(
            f"UPDATE {owner}s SET tokens = tokens + ?, cost_usd = cost_usd + ?, seconds = seconds + ? "  # noqa: S608
            f"WHERE {owner} = ?",
            (*amounts, number),
        )
    if owner == "holdout_trial":
        _add_to_confirmation(db, number, spent)
    else:
        _add_to_run(db, spent)


def charge(db: Database, spent: Spent, note: str, at: datetime) -> None:
    """Book spending that belongs to no attempt or trial, as a lease that was granted and settled at once."""
    granted: dict[str, Value] = {"tokens": spent.tokens, "cost_usd": spent.cost_usd, "seconds": spent.seconds}
    used: dict[str, Value] = {f"spent_{unit}": amount for unit, amount in granted.items()}
    times = {"opened_at": at.isoformat(), "settled_at": at.isoformat()}
    insert(db, "leases", {"note": plain(note), "state": "settled", **granted, **used, **times})
    _add_to_run(db, spent)


def add_calls(
    db: Database,
    calls: Iterable[Call],
    *,
    attempt: int | None = None,
    trial: int | None = None,
    holdout_trial: int | None = None,
    note: str = "",
) -> None:
    """Record calls to a model."""
    made: list[dict[str, Value]] = [
        {
            "attempt": attempt,
            "trial": trial,
            "holdout_trial": holdout_trial,
            "note": plain(note),
            "purpose": plain(call.purpose),
            "model": plain(call.model),
            "status": call.status,
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "cost_usd": call.cost_usd,
            "seconds": call.seconds,
            "retries": call.retries,
            "started_at": plain(call.started_at),
        }
        for call in calls
    ]
    insert_all(db, "calls", made)


def open_leases(db: Database) -> tuple[OpenLease, ...]:
    """Return the search's leases that are not settled."""
    found = select(db, "SELECT * FROM leases WHERE state = 'open' AND holdout_trial IS NULL ORDER BY lease")
    return tuple(map(_open_lease, found))


def open_holdout_leases(db: Database, confirmation: int) -> tuple[OpenLease, ...]:
    """Return a confirmation's leases that are not settled; `trial_id` is that of the trial on the holdout."""
    found = select(db, _OPEN_HOLDOUT, (confirmation,))
    return tuple(map(_open_lease, found))


def settled_lease(db: Database, trial: int) -> Lease | None:
    """Return the lease on which a trial's last outcome was made; None where it has none."""
    query = "SELECT * FROM leases WHERE trial = ? AND state = 'settled' ORDER BY lease DESC"
    row = select_one(db, query, (trial,))
    return None if row is None else _lease(row)


def _lease(row: Row) -> Lease:
    return Lease(row["tokens"], row["cost_usd"], row["seconds"])


def _open_lease(row: Row) -> OpenLease:
    opened_at = datetime.fromisoformat(row["opened_at"])
    return OpenLease(row["lease"], _lease(row), row["attempt"], row["trial"], opened_at)


def _open(db: Database, owner: Mapping[str, Value], lease: Lease, at: datetime) -> int:
    row = {"tokens": lease.tokens, "cost_usd": lease.cost_usd, "seconds": lease.seconds}
    return insert(db, "leases", {**owner, "state": "open", **row, "opened_at": at.isoformat()})


def _add_to_run(db: Database, spent: Spent) -> None:
    amounts = (spent.tokens, spent.cost_usd, spent.seconds)
    db.execute("UPDATE runs SET tokens = tokens + ?, cost_usd = cost_usd + ?, seconds = seconds + ?", amounts)


def _add_to_confirmation(db: Database, holdout_trial: int, spent: Spent) -> None:
    db.execute(
        "UPDATE confirmations SET tokens = tokens + ?, cost_usd = cost_usd + ?, seconds = seconds + ? "
        "WHERE confirmation = (SELECT confirmation FROM holdout_trials WHERE holdout_trial = ?)",
        (spent.tokens, spent.cost_usd, spent.seconds, holdout_trial),
    )
