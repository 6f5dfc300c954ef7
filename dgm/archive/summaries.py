"""Figures about a run for people, beyond what the port offers: scores with their n, spending, counts by state."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from dgm.archive.database import select
from dgm.values import Spent


@dataclass(frozen=True, slots=True)
class AgentScore:
    """One agent's scored trials, without tripwires. `n` counts them; open and unscored ones are beside it."""

    number: int
    parent: int | None
    resolved: int
    n: int
    open: int
    unscored: int
    children: int
    spent: Spent
    """By its trials, the lost ones too."""


@dataclass(frozen=True, slots=True)
class CallsSummary:
    """Calls of one purpose to one model that ended in one way."""

    purpose: str
    model: str
    status: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    seconds: float


@dataclass(frozen=True, slots=True)
class StateCounts:
    """How many there are of each state; a state that nothing is in is left out."""

    attempts: Mapping[str, int]
    trials: Mapping[str, int]
    failures: Mapping[str, int]


_SCORES = """
    SELECT agents.agent, agents.parent,
        coalesce(sum(resolved), 0) AS resolved,
        coalesce(sum(state = 'scored'), 0) AS n,
        coalesce(sum(state = 'open'), 0) AS open,
        coalesce(sum(state = 'unscored'), 0) AS unscored,
        (SELECT count(*) FROM agents AS child WHERE child.parent = agents.agent) AS children,
        coalesce(sum(tokens), 0) AS tokens,
        coalesce(sum(cost_usd), 0.0) AS cost_usd,
        coalesce(sum(seconds), 0.0) AS seconds
    FROM agents LEFT JOIN trials ON trials.agent = agents.agent AND NOT trials.tripwire
    GROUP BY agents.agent ORDER BY agents.agent
"""


def scores(db: Database) -> tuple[AgentScore, ...]:
    """Return every agent's score in order of their numbers."""
    columns = ("parent", "resolved", "n", "open", "unscored", "children")
    return tuple(
        AgentScore(
            row["agent"],
            **{column: row[column] for column in columns},
            spent=Spent(row["tokens"], row["cost_usd"], row["seconds"]),
        )
        for row in select(db, _SCORES)
    )


def calls_summary(db: Database) -> tuple[CallsSummary, ...]:
    """Return the calls to models by purpose, model and how they ended."""
    return tuple(CallsSummary(**dict(row)) for row in select(db, "SELECT * FROM spending ORDER BY 1, 2, 3"))


def state_counts(db: Database) -> StateCounts:
    """Return how many attempts and trials stand where, and why attempts failed."""
    return StateCounts(
        attempts=_counts(db, "SELECT state, count(*) FROM attempts GROUP BY state"),
        trials=_counts(db, "SELECT state, count(*) FROM trials GROUP BY state"),
        failures=_counts(db, "SELECT failure, attempts FROM failures"),
    )


def _counts(db: Database, sql: str) -> dict[str, int]:
    return {row[0]: row[1] for row in select(db, sql)}
