"""Rows become values, and values become the text that stands in a row."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from sqlite3 import Row

from dgm.values import (
    AgentRecord,
    AttemptRecord,
    AttemptState,
    ConfirmationPlan,
    ConfirmationRecord,
    Decision,
    Event,
    Failure,
    Finish,
    Focus,
    FocusKind,
    Grader,
    HoldoutKey,
    HoldoutTrial,
    Manifest,
    Mark,
    MarkKind,
    Side,
    SourceSketch,
    Spent,
    TrialRecord,
    TrialResult,
    TrialState,
    Verdict,
    plain,
)


def to_json(value: object) -> str:
    """Return compact JSON in ASCII: what an agent wrote stands escaped in it."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


UNITS = ("tokens", "cost_usd", "seconds")
"""Columns of what was spent, in the order of `Spent`."""

_SHORT = 2_000
_PACKED = "zlib:"


def packed(text: str) -> str:
    """Return text that may be long as it stands in a row: as it is, or compressed and in base64 after `zlib:`."""
    return text if len(text) <= _SHORT else _PACKED + b64encode(zlib.compress(text.encode())).decode()


def unpacked(text: str) -> str:
    """Return what was packed."""
    return zlib.decompress(b64decode(text.removeprefix(_PACKED))).decode() if text.startswith(_PACKED) else text


def harmless(value: object) -> object:
    """Return JSON data with every string, keys too, made harmless for a terminal or a log."""
    if isinstance(value, str):
        return plain(value, keep_newlines=True)
    if isinstance(value, Mapping):
        return {plain(str(key)): harmless(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [harmless(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value if value is None or isinstance(value, (bool, int, float)) else plain(str(value))


def manifest_json(manifest: Manifest) -> str:
    """Return a manifest as it stands in a row."""
    names = ("name", "description", "solve", "improve", "test")
    return to_json({name: getattr(manifest, name) for name in names})


@lru_cache(maxsize=1024)
def _manifest(text: str) -> Manifest:
    data = json.loads(text)
    improve, test = (None if data[name] is None else tuple(data[name]) for name in ("improve", "test"))
    return Manifest(data["name"], data["description"], tuple(data["solve"]), improve, test)


def agent_record(row: Row) -> AgentRecord:
    """Read a row of `agents`."""
    return AgentRecord(
        number=row["agent"],
        commit=row["commit_id"],
        digest=row["digest"],
        parent=row["parent"],
        attempt=row["attempt"],
        manifest=_manifest(row["manifest"]),
        proposal=row["proposal"],
        created_at=datetime.fromisoformat(row["created_at"]),
        eligible=bool(row["eligible"]),
        retention=row["retention"],
        figures=json.loads(row["figures"]),
    )


def attempt_record(row: Row, artifacts: Mapping[str, str]) -> AttemptRecord:
    """Read a row of `attempts` with the columns `child`, the agent that came of it, and its decision's `editor`."""
    return AttemptRecord(
        attempt_id=row["attempt"],
        parent=row["parent"],
        focus=Focus(FocusKind(row["focus"]), row["focus_task"], tuple(json.loads(row["focus_tasks"]))),
        state=AttemptState(row["state"]),
        child=row["child"],
        failure=None if row["failure"] is None else Failure(row["failure"]),
        detail=row["detail"],
        proposal=row["proposal"],
        spent=spent(row),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        closed_at=_time(row["closed_at"]),
        artifacts=artifacts,
        editor=row["editor"],
    )


def trial_record(row: Row, artifacts: Mapping[str, str]) -> TrialRecord:
    """Read a row of `trials`."""
    return TrialRecord(
        trial_id=row["trial"],
        agent=row["agent"],
        task_id=row["task_id"],
        repeat=row["repeat"],
        state=TrialState(row["state"]),
        verdict=_verdict(row),
        spent=spent(row),
        agent_digest=row["agent_digest"],
        suite_digest=row["suite_digest"],
        engine=row["engine"],
        image=row["image"],
        solve_ended=row["solve_ended"],
        infrastructure=row["infrastructure"],
        opened_at=datetime.fromisoformat(row["opened_at"]),
        closed_at=_time(row["closed_at"]),
        artifacts=artifacts,
        grader=Grader(row["grader"]) if row["grader"] else None,
    )


def source_sketch(row: Row) -> SourceSketch:
    """Read a row of `sources`."""
    return SourceSketch(row["sketch"], row["shingles"], row["changed"])


def trial_result(row: Row) -> TrialResult:
    """Read the columns of `trials` that a search counts."""
    agent, task_id, repeat, state, resolved = row
    return TrialResult(agent, task_id, repeat, TrialState(state), None if resolved is None else bool(resolved))


def holdout_trial(row: Row) -> HoldoutTrial:
    """Read a row of `holdout_trials`."""
    return HoldoutTrial(
        trial_id=row["holdout_trial"],
        key=HoldoutKey(row["agent"], row["task_id"], row["repeat"], row["draw"]),
        state=TrialState(row["state"]),
        resolved=bool(row["resolved"]),
        finish=None if row["finish"] is None else Finish(row["finish"]),
        answer=row["answer"],
        used=Spent(row["used_tokens"], row["used_cost_usd"]),
        infrastructure=row["infrastructure"],
    )


def confirmation_record(row: Row) -> ConfirmationRecord:
    """Read a row of `confirmations`."""
    plan = ConfirmationPlan(
        agent=row["agent"],
        founder=row["founder"],
        parent=row["parent"],
        against=tuple(Side(side) for side in json.loads(row["against"])),
        tasks=tuple(json.loads(row["tasks"])),
        repeats=row["repeats"],
        tries=row["tries"],
        holdout=row["holdout"],
        setting=row["setting"],
    )
    return ConfirmationRecord(
        confirmation_id=row["confirmation"],
        plan=plan,
        opened_at=datetime.fromisoformat(row["opened_at"]),
        closed_at=_time(row["closed_at"]),
        p=row["p"],
        word=row["word"],
        text=row["text"],
        spent=spent(row),
        hours=row["hours"],
    )


def decision_value(row: Row) -> Decision:
    """Read a row of `decisions`."""
    return Decision(
        strategy=row["strategy"],
        action=row["action"],
        agent=row["agent"],
        tasks=tuple(json.loads(row["tasks"])),
        probabilities={int(agent): share for agent, share in json.loads(unpacked(row["probabilities"])).items()},
        generator=row["generator"],
        reason=row["reason"],
        editor=row["editor"],
    )


def event_value(row: Row) -> Event:
    """Read a row of `events`."""
    at = datetime.fromisoformat(row["at"])
    return Event(row["event"], at, row["kind"], row["text"], json.loads(row["data"]), row["request"], row["sha256"])


def mark_value(row: Row) -> Mark:
    """Read a row of `marks`."""
    at = datetime.fromisoformat(row["at"])
    return Mark(row["event"], at, MarkKind(row["kind"]), row["agent"], row["reason"], row["by"])


def _verdict(row: Row) -> Verdict | None:
    if row["state"] != TrialState.SCORED:
        return None
    failed = () if row["failed"] == "[]" else tuple(json.loads(row["failed"]))
    return Verdict(bool(row["resolved"]), Finish(row["finish"]), row["passed"], row["total"], failed, row["tampering"])


def spent(row: Row) -> Spent:
    """Read what a row of a run, an attempt or a trial says was spent."""
    return Spent(*(row[unit] for unit in UNITS))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
