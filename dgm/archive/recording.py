"""Values become rows, inside a transaction that the caller holds. Text that agents or models made is made harmless."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from dgm.archive.artifacts import Kept
from dgm.archive.chain import append
from dgm.archive.database import Value, insert, insert_all, select_one
from dgm.archive.ledger import Owner
from dgm.archive.rows import harmless, manifest_json, packed, to_json
from dgm.errors import ArchiveError
from dgm.values import (
    ENGINE,
    AgentRecord,
    AttemptOutcome,
    AttemptState,
    Decision,
    Failure,
    Focus,
    MarkKind,
    SandboxLevel,
    TrialOutcome,
    TrialState,
    Verdict,
    plain,
)

TrialOwner = Literal["trial", "holdout_trial"]

_DETAIL = 20_000
_PROPOSAL = 200_000
_EVENT = 4_000

_OPEN_TRIAL = """
    INSERT INTO trials (agent, task_id, repeat, decision, state, agent_digest, opened_at)
    VALUES (?, ?, ?, ?, 'open', ?, ?)
    ON CONFLICT (agent, task_id, repeat) DO UPDATE SET
        decision = excluded.decision, state = excluded.state, agent_digest = excluded.agent_digest,
        opened_at = excluded.opened_at, closed_at = NULL, infrastructure = NULL
    WHERE state = 'unscored'
    RETURNING trial
"""


def add_agent(db: Database, agent: AgentRecord) -> None:
    """Insert an agent."""
    row: dict[str, Value] = {
        "agent": agent.number,
        "commit_id": agent.commit,
        "digest": agent.digest,
        "parent": agent.parent,
        "attempt": agent.attempt,
        "name": plain(agent.manifest.name),
        "manifest": manifest_json(agent.manifest),
        "proposal": proposal_text(agent.proposal),
        "eligible": int(agent.eligible),
        "retention": detail_text(agent.retention),
        "created_at": agent.created_at.isoformat(),
    }
    insert(db, "agents", row)


def add_decision(db: Database, decision: Decision, at: datetime) -> int:
    """Insert a decision and return its number."""
    row: dict[str, Value] = {
        "at": at.isoformat(),
        "strategy": decision.strategy,
        "action": decision.action,
        "agent": decision.agent,
        "tasks": to_json(decision.tasks),
        "probabilities": packed(to_json(dict(decision.probabilities))),
        "generator": decision.generator,
        "reason": detail_text(decision.reason),
        "editor": decision.editor,
    }
    return insert(db, "decisions", row)


def add_event(
    db: Database, at: datetime, kind: str, text: str, data: Mapping[str, object], request: str | None = None
) -> int:
    """Append to the log and return the entry's number: of the one that answers this request already, if there is."""
    answered = None if request is None else select_one(db, "SELECT event FROM events WHERE request = ?", (request,))
    if answered is not None:
        return int(answered["event"])
    return append(db, at, plain(kind), plain(text, limit=_EVENT), to_json(harmless(data)), request)


def add_flag(db: Database, at: datetime, agent: int, reason: str) -> int:
    """Log that an agent is flagged, with its clade."""
    data = {"agent": agent, "reason": plain(reason, limit=_EVENT), "by": ENGINE}
    return add_event(db, at, MarkKind.FLAG, f"a{agent} is flagged: {reason}", data)


def add_artifacts(
    db: Database, owner: Owner, number: int, kept: Sequence[Kept], *, public: Collection[str] = ()
) -> None:
    """Record which artifacts an attempt or a trial left."""
    left: list[dict[str, Value]] = [
        {
            owner: number,
            "name": artifact.name,
            "public": int(artifact.name in public),
            "sha256": artifact.sha256,
            "bytes": artifact.size,
            "bundle": artifact.bundle,
        }
        for artifact in kept
    ]
    insert_all(db, "artifacts", left)


def open_attempt(db: Database, parent: int, focus: Focus, decision: int, at: datetime) -> int:
    """Insert an attempt and return its number."""
    row: dict[str, Value] = {
        "parent": parent,
        "decision": decision,
        "focus": focus.kind,
        "focus_task": focus.task_id,
        "focus_tasks": to_json(focus.tasks),
        "state": AttemptState.OPEN,
        "opened_at": at.isoformat(),
    }
    return insert(db, "attempts", row)


def close_attempt(db: Database, outcome: AttemptOutcome, at: datetime) -> None:
    """Write what an attempt gave into its row."""
    steps = [{name: getattr(step, name) for name in type(step).__slots__} for step in outcome.steps]
    row: dict[str, Value] = {
        "state": AttemptState.FAILED if outcome.child is None else AttemptState.CHILD,
        "failure": outcome.failure,
        "detail": detail_text(outcome.detail),
        "proposal": proposal_text(outcome.proposal),
        "steps": to_json(harmless(steps)),
        "closed_at": at.isoformat(),
        **_engine(outcome.level),
    }
    update(db, "attempt", outcome.attempt_id, row)


def lose_attempt(db: Database, attempt: int, reason: str, at: datetime) -> None:
    """Write that an attempt's worker is gone."""
    lost: dict[str, Value] = {"state": AttemptState.FAILED, "failure": Failure.LOST, "detail": detail_text(reason)}
    update(db, "attempt", attempt, {**lost, "closed_at": at.isoformat()})


def open_trial(db: Database, agent: int, digest: str, task_id: str, repeat: int, decision: int, at: datetime) -> int:
    """Insert a trial, or open an UNSCORED one again in its row. Returns its number.

    Args:
        digest: of the agent's tree.

    Raises:
        ArchiveError: it is open or scored.
    """
    row = db.execute(_OPEN_TRIAL, (agent, task_id, repeat, decision, digest, at.isoformat())).fetchone()
    if row is None:
        raise ArchiveError(f"the trial of a{agent} on {task_id!r}, repeat {repeat}, is open or scored already.")
    return int(row[0])


def close_trial(
    db: Database, outcome: TrialOutcome, retries: int, at: datetime, *, owner: TrialOwner = "trial"
) -> None:
    """Write what a trial gave into its row."""
    row: dict[str, Value] = {
        **_verdict(outcome.verdict),
        "infrastructure": None if outcome.verdict else detail_text(outcome.infrastructure or "no verdict, no reason"),
        "agent_digest": outcome.agent_digest,
        "suite_digest": outcome.suite_digest,
        "grader": outcome.grader or "",
        "solve_ended": plain(outcome.solve_ended),
        "solve_exit_code": outcome.solve_exit_code,
        "dropped": to_json(harmless(outcome.dropped)),
        "retries": retries,
        "closed_at": at.isoformat(),
        **_engine(outcome.level),
        "proved": to_json(outcome.level.proved if outcome.level else ()),
        "not_held": to_json(outcome.level.not_held if outcome.level else ()),
    }
    update(db, owner, outcome.trial_id, row)


def lose_trial(db: Database, trial: int, reason: str, at: datetime, *, owner: TrialOwner = "trial") -> None:
    """Write that a trial's worker is gone."""
    lost: dict[str, Value] = {"state": TrialState.UNSCORED, "infrastructure": detail_text(reason)}
    update(db, owner, trial, {**lost, "closed_at": at.isoformat()})


def proposal_text(text: str) -> str:
    """Return a proposal as it stands in a row."""
    return plain(text, limit=_PROPOSAL, keep_newlines=True)


def detail_text(text: str) -> str:
    """Return a reason or a detail as it stands in a row."""
    return plain(text, limit=_DETAIL, keep_newlines=True)


def update(db: Database, owner: Owner | Literal["confirmation"], number: int, row: Mapping[str, Value]) -> None:
    """Write into a row. The names are the code's own, the values are bound."""
    columns = ", ".join(f"{column} = ?" for column in row)
    changed = db.execute(f"UPDATE {owner}s SET {columns} WHERE {owner} = ?", (*row.values(), number))  # noqa: S608
    if not changed.rowcount:
        raise ArchiveError(f"there is no {owner} {number} to write to.")


def _verdict(verdict: Verdict | None) -> dict[str, Value]:
    if verdict is None:
        return {"state": TrialState.UNSCORED}
    return {
        "state": TrialState.SCORED,
        "resolved": int(verdict.resolved),
        "finish": verdict.finish,
        "passed": verdict.passed,
        "total": verdict.total,
        "failed": to_json(verdict.failed),
        "tampering": None if verdict.tampering is None else detail_text(verdict.tampering),
    }


def _engine(level: SandboxLevel | None) -> dict[str, Value]:
    return {} if level is None else {"engine": level.engine, "image": level.image}
