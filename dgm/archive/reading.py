"""The archive as readers see it. Works beside a driver that writes, from any process; used by one thread."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from sqlite3 import Row

from sqlite_utils import Database

from dgm.archive import chain, ledger, rows, summaries
from dgm.archive.artifacts import Artifacts, Kept
from dgm.archive.database import Parameters, select, select_one
from dgm.archive.durable import storage_errors
from dgm.archive.objects import AgentObjects
from dgm.errors import AgentNotFound, ArchiveError
from dgm.values import (
    AgentRecord,
    AttemptRecord,
    Decision,
    Event,
    Lease,
    Mark,
    OpenLease,
    SourceSketch,
    Spent,
    Totals,
    Tree,
    TrialRecord,
    TrialResult,
)

_TREES_IN_MEMORY = 64

_LINEAGE = """
    WITH RECURSIVE line(agent, parent, depth) AS (
        SELECT agent, parent, 0 FROM agents WHERE agent = ?
        UNION ALL SELECT agents.agent, agents.parent, depth + 1 FROM agents JOIN line ON agents.agent = line.parent
    )
    SELECT agents.* FROM line JOIN agents USING (agent) ORDER BY depth DESC
"""
_ATTEMPTS = """
    SELECT attempts.*, agents.agent AS child, decisions.editor FROM attempts
    JOIN decisions USING (decision) LEFT JOIN agents ON agents.attempt = attempts.attempt
"""
_KEPT = "SELECT name, sha256, bytes, bundle FROM artifacts"
_TOTALS = """
    SELECT tokens, cost_usd, seconds, hours,
        (SELECT count(*) FROM attempts WHERE state != 'open') AS attempts,
        (SELECT coalesce(sum(tokens), 0) FROM attempts) AS attempts_tokens,
        (SELECT coalesce(sum(cost_usd), 0.0) FROM attempts) AS attempts_cost_usd,
        (SELECT coalesce(sum(seconds), 0.0) FROM attempts) AS attempts_seconds,
        (SELECT count(*) FROM trials WHERE state = 'scored') AS trials,
        (SELECT count(*) FROM agents) AS agents
    FROM runs
"""


class ArchiveReader:
    """The reading half of the port Archive, and what the command line shows beyond it."""

    def __init__(self, folder: Path, db: Database, objects: AgentObjects, artifacts: Artifacts) -> None:
        self._folder = folder
        self._db = db
        self._objects = objects
        self._artifacts = artifacts
        self._tar = lru_cache(maxsize=_TREES_IN_MEMORY)(objects.tar)

    # -- agents ---------------------------------------------------------------------------------------------------

    def agent(self, number: int) -> AgentRecord:
        """Return one agent. Raises AgentNotFound."""
        return rows.agent_record(self._agent_row("*", number))

    def agents(self) -> tuple[AgentRecord, ...]:
        """Return all agents in order of their numbers."""
        return tuple(map(rows.agent_record, self._all("SELECT * FROM agents ORDER BY agent")))

    def lineage(self, number: int) -> tuple[AgentRecord, ...]:
        """Return the agent's ancestors and itself, founder first. Raises AgentNotFound."""
        found = tuple(map(rows.agent_record, self._all(_LINEAGE, (number,))))
        return found or (self.agent(number),)

    def children(self, number: int) -> tuple[AgentRecord, ...]:
        """Return its children in order."""
        return tuple(map(rows.agent_record, self._all("SELECT * FROM agents WHERE parent = ? ORDER BY 1", (number,))))

    def sources(self) -> dict[int, SourceSketch]:
        """Return the sketches of sources that are kept, by agent."""
        return {row["agent"]: rows.source_sketch(row) for row in self._all("SELECT * FROM sources ORDER BY agent")}

    def tree_tar(self, number: int) -> bytes:
        """Return an agent's source as an uncompressed tar of regular files."""
        return self._tar(self.agent(number).commit)

    def tree(self, number: int) -> Tree:
        """Return an agent's source."""
        return Tree.from_tar(self.tree_tar(number))

    def diff(self, number: int) -> str:
        """Return the unified diff from its parent, or of everything for a founder; undecodable bytes replaced."""
        return self._objects.diff(self.agent(number).commit)

    def check_objects(self) -> None:
        """Let git verify all it holds. Raises ArchiveError with what it found."""
        self._objects.check()

    # -- attempts and trials --------------------------------------------------------------------------------------

    def attempt(self, attempt_id: int) -> AttemptRecord:
        """Return one attempt. Raises ArchiveError."""
        row = self._one(f"{_ATTEMPTS} WHERE attempts.attempt = ?", (attempt_id,))
        if row is None:
            raise ArchiveError(f"there is no attempt {attempt_id} in the run {self._folder.name!r}.")
        return rows.attempt_record(row, self._artifacts_of("attempt", attempt_id))

    def attempts(self, parents: Collection[int] | None = None) -> tuple[AttemptRecord, ...]:
        """Return all attempts, or those on some agents, in order."""
        where = "" if parents is None else "WHERE attempts.parent IN (SELECT value FROM json_each(:parents))"
        wanted: Parameters = {"parents": rows.to_json(sorted(parents or ()))}
        of_these = f"AND attempt IN (SELECT attempt FROM attempts {where})"  # noqa: S608
        artifacts = self._artifacts_by("attempt", of_these, wanted)
        found = self._all(f"{_ATTEMPTS} {where} ORDER BY attempts.attempt", wanted)
        return tuple(rows.attempt_record(row, artifacts.get(row["attempt"], {})) for row in found)

    def trial(self, trial_id: int) -> TrialRecord:
        """Return one trial. Raises ArchiveError."""
        row = self._one("SELECT * FROM trials WHERE trial = ?", (trial_id,))
        if row is None:
            raise self._no_trial(trial_id)
        return rows.trial_record(row, self._artifacts_of("trial", trial_id))

    def trials(self, agent: int | None = None) -> tuple[TrialRecord, ...]:
        """Return all trials, or one agent's, in order."""
        where = "" if agent is None else "WHERE agent = :agent"
        artifacts = self._artifacts_by("trial", f"AND trial IN (SELECT trial FROM trials {where})", {"agent": agent})  # noqa: S608
        found = self._all(f"SELECT * FROM trials {where} ORDER BY trial", {"agent": agent})  # noqa: S608
        return tuple(rows.trial_record(row, artifacts.get(row["trial"], {})) for row in found)

    def trial_results(self) -> tuple[TrialResult, ...]:
        """Return what a search counts of all trials, in order: far less to read than the trials."""
        found = self._all("SELECT agent, task_id, repeat, state, resolved FROM trials ORDER BY trial")
        return tuple(map(rows.trial_result, found))

    def public_artifacts(self, trial_id: int) -> dict[str, str]:
        """Return those of a trial's artifacts, name to SHA-256, that an agent may see."""
        return self._artifacts_of("trial", trial_id, "AND public")

    # -- the books and the log ------------------------------------------------------------------------------------

    def open_leases(self) -> tuple[OpenLease, ...]:
        """Return the leases that are not settled."""
        with storage_errors(self._folder):
            return ledger.open_leases(self._db)

    def trial_lease(self, trial_id: int) -> Lease:
        """Return the lease on which a trial's last outcome was made. Raises ArchiveError."""
        with storage_errors(self._folder):
            lease = ledger.settled_lease(self._db, trial_id)
        if lease is None:
            raise ArchiveError(f"the trial {trial_id} in the run {self._folder.name!r} has no outcome yet.")
        return lease

    def last_decision(self) -> Decision | None:
        """Return the newest decision of a strategy: those on tripwires are none."""
        row = self._one("SELECT * FROM decisions WHERE action != 'tripwire' ORDER BY decision DESC LIMIT 1")
        return None if row is None else rows.decision_value(row)

    def events(self, last: int | None = None) -> tuple[Event, ...]:
        """Return the log, or its last entries, oldest first."""
        newest = self._all("SELECT * FROM events ORDER BY event DESC LIMIT ?", (-1 if last is None else last,))
        return tuple(map(rows.event_value, reversed(newest)))

    def events_after(self, event_id: int) -> tuple[Event, ...]:
        """Return what was logged after an event, oldest first: for following a run."""
        return tuple(map(rows.event_value, self._all("SELECT * FROM events WHERE event > ? ORDER BY 1", (event_id,))))

    def event(self, event_id: int) -> Event:
        """Return one entry of the log. Raises ArchiveError."""
        row = self._one("SELECT * FROM events WHERE event = ?", (event_id,))
        if row is None:
            raise ArchiveError(f"there is no entry {event_id} in the log of the run {self._folder.name!r}.")
        return rows.event_value(row)

    def newest_event(self, kinds: Collection[str]) -> Event | None:
        """Return the newest entry of the log that is of one of these kinds."""
        holes = ", ".join("?" * len(kinds))
        row = self._one(f"SELECT * FROM events WHERE kind IN ({holes}) ORDER BY event DESC LIMIT 1", tuple(kinds))  # noqa: S608
        return None if row is None else rows.event_value(row)

    def answer(self, request_id: str) -> Event | None:
        """Return the entry of the log that answers a request; None: none does yet."""
        row = self._one("SELECT * FROM events WHERE request = ?", (request_id,))
        return None if row is None else rows.event_value(row)

    def marks(self, after: int = 0) -> tuple[Mark, ...]:
        """Return what was said of agents after an entry of the log, oldest first."""
        return tuple(map(rows.mark_value, self._all("SELECT * FROM marks WHERE event > ? ORDER BY event", (after,))))

    def prove_log(self, head: str | None = None) -> chain.Proof:
        """Check the chain of the log. Raises ArchiveError where it is broken, or no entry has the hash `head`."""
        with storage_errors(self._folder):
            return chain.prove(self._db, head)

    def artifact(self, sha256: str, *, of: AttemptRecord | TrialRecord | None = None) -> bytes:
        """Return an artifact. Raises ArchiveError when it is missing or its bytes do not match.

        Args:
            of: what left it, where that is known: else every artifact of the run is looked through.
        """
        row = self._one(f"{_KEPT} WHERE sha256 = ? {_left_by(of)}", (sha256,))
        if row is None:
            raise ArchiveError(f"there is no artifact {sha256[:12]!r} in the run {self._folder.name!r}.")
        return self._artifacts.read(Kept(*row))

    def check_artifacts(self) -> Iterator[str]:
        """Read every artifact. Yields what is wrong, a sentence each."""
        for row in self._all(f"{_KEPT} ORDER BY artifact"):
            try:
                self._artifacts.read(Kept(*row))
            except ArchiveError as error:
                yield str(error)

    def totals(self) -> Totals:
        """Return what was used and done so far."""
        row = self._one(_TOTALS)
        assert row is not None, "a run has one row of its own"  # noqa: S101
        on_attempts = Spent(*(row[f"attempts_{unit}"] for unit in rows.UNITS))
        counts = row["attempts"], row["trials"], row["agents"]
        return Totals(rows.spent(row), *counts, hours=row["hours"], on_attempts=on_attempts)

    # -- figures for people ---------------------------------------------------------------------------------------

    def scores(self) -> tuple[summaries.AgentScore, ...]:
        """Return every agent's score, with its n, in order of their numbers."""
        with storage_errors(self._folder):
            return summaries.scores(self._db)

    def calls_summary(self) -> tuple[summaries.CallsSummary, ...]:
        """Return the calls to models by purpose, model and how they ended."""
        with storage_errors(self._folder):
            return summaries.calls_summary(self._db)

    def state_counts(self) -> summaries.StateCounts:
        """Return how many attempts and trials stand where, and why attempts failed."""
        with storage_errors(self._folder):
            return summaries.state_counts(self._db)

    # -- queries --------------------------------------------------------------------------------------------------

    def _all(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        with storage_errors(self._folder):
            return list(select(self._db, sql, parameters))

    def _one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        with storage_errors(self._folder):
            return select_one(self._db, sql, parameters)

    def _agent_row(self, columns: str, number: int) -> Row:
        row = self._one(f"SELECT {columns} FROM agents WHERE agent = ?", (number,))  # noqa: S608
        if row is None:
            raise AgentNotFound(f"there is no agent a{number} in the run {self._folder.name!r}. `dgm tree` lists them.")
        return row

    def _no_trial(self, trial_id: int) -> ArchiveError:
        return ArchiveError(f"there is no trial {trial_id} in the run {self._folder.name!r}.")

    def _artifacts_of(self, owner: ledger.Owner, number: int, which: str = "") -> dict[str, str]:
        return self._artifacts_by(owner, f"AND {owner} = :number {which}", {"number": number}).get(number, {})

    def _artifacts_by(
        self, owner: ledger.Owner, which: str = "", parameters: Parameters = ()
    ) -> dict[int, dict[str, str]]:
        """Name to SHA-256 by owner; where a trial was opened again, the newest of a name."""
        sql = f"SELECT {owner}, name, sha256 FROM artifacts WHERE {owner} IS NOT NULL {which} ORDER BY artifact"  # noqa: S608
        found: defaultdict[int, dict[str, str]] = defaultdict(dict)
        for row in self._all(sql, parameters):
            found[row[owner]][row["name"]] = row["sha256"]
        return found


def _left_by(owner: AttemptRecord | TrialRecord | None) -> str:
    match owner:
        case AttemptRecord():
            return f"AND attempt = {owner.attempt_id}"
        case TrialRecord():
            return f"AND trial = {owner.trial_id}"
        case None:
            return ""
