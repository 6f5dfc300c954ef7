"""The archive as its one writer, the driver, has it: each method is one durable transaction.

A child is kept in this order, each step durable before the next: artifacts, commit, row, ref. What a crash
leaves between them is harmless, or `repair` mends it when the run is opened again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from dgm.archive import ledger, recording
from dgm.archive.artifacts import Artifacts, Kept
from dgm.archive.database import transaction
from dgm.archive.durable import storage_errors
from dgm.archive.messages import child_message, founder_message
from dgm.archive.objects import AgentObjects
from dgm.archive.reading import ArchiveReader
from dgm.archive.rows import to_json
from dgm.archive.steps import Step, Watch
from dgm.errors import ArchiveError
from dgm.ports import Clock
from dgm.values import (
    AgentRecord,
    AttemptOutcome,
    AttemptRecord,
    AttemptState,
    Call,
    Decision,
    Event,
    Focus,
    Lease,
    Manifest,
    OpenLease,
    SourceSketch,
    Spent,
    Tree,
    TrialOutcome,
    TrialState,
)


class RunArchive(ArchiveReader):
    """The port Archive. Opened for reading only, its writing methods raise ArchiveError and change nothing."""

    def __init__(
        self,
        folder: Path,
        db: Database,
        objects: AgentObjects,
        artifacts: Artifacts,
        *,
        clock: Clock,
        watch: Watch,
        readonly: bool,
    ) -> None:
        super().__init__(folder, db, objects, artifacts)
        self._clock = clock
        self._watch = watch
        self._readonly = readonly

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one durable transaction of all that is written inside."""
        with self._transaction():
            yield

    # -- agents ---------------------------------------------------------------------------------------------------

    def add_founder(self, tree: Tree, manifest: Manifest) -> AgentRecord:
        """Plant an agent without a parent."""
        self._check_alone()
        number = self._next_number()
        founder = AgentRecord(
            number=number,
            commit="",
            digest=tree.digest,
            parent=None,
            attempt=None,
            manifest=manifest,
            proposal="",
            created_at=self._clock.now(),
            eligible=True,
            retention="founder",
        )
        founder = self._commit(founder, tree, founder_message(number, manifest), parent_commit=None)
        with self._transaction() as db:
            recording.add_agent(db, founder)
        return self._point(founder)

    def set_retention(
        self, agent: int, *, eligible: bool, reason: str, figures: Mapping[str, float] | None = None
    ) -> None:
        """Change whether an agent may be a parent. Raises AgentNotFound."""
        self.agent(agent)
        change = (int(eligible), recording.detail_text(reason), to_json(dict(figures or {})), agent)
        with self._transaction() as db:
            db.execute("UPDATE agents SET eligible = ?, retention = ?, figures = ? WHERE agent = ?", change)

    def add_source(self, agent: int, source: SourceSketch) -> None:
        """Keep the sketch of an agent's source, once."""
        row = (agent, source.sketch, source.shingles, source.changed)
        with self._transaction() as db:
            db.execute("INSERT INTO sources (agent, sketch, shingles, changed) VALUES (?, ?, ?, ?)", row)

    # -- attempts -------------------------------------------------------------------------------------------------

    def open_attempt(self, parent: int, focus: Focus, lease: Lease, decision: Decision) -> int:
        """Record an attempt, its lease and the decision, before it is submitted. Returns its id."""
        self.agent(parent)
        at = self._clock.now()
        with self._transaction() as db:
            attempt = recording.open_attempt(db, parent, focus, recording.add_decision(db, decision, at), at)
            ledger.grant(db, "attempt", attempt, lease, at)
        return attempt

    def close_attempt(self, outcome: AttemptOutcome, *, eligible: bool = True, retention: str = "") -> AttemptRecord:
        """Record what an attempt gave and settle its lease; a child becomes the next agent.

        Closing an attempt that is closed already changes nothing and returns its record.
        """
        opened = self.attempt(outcome.attempt_id)
        if opened.state is not AttemptState.OPEN:
            return opened
        self._check_alone()
        kept = self._keep(outcome.artifacts)
        if outcome.child is None:
            self._record_attempt(outcome, kept, None)
        else:
            child = self._child(opened, outcome, outcome.child)
            message = child_message(child.number, opened, outcome)
            child = self._commit(child, outcome.child, message, parent_commit=self.agent(opened.parent).commit)
            self._record_attempt(outcome, kept, replace(child, eligible=eligible, retention=retention))
            self._point(child)
        return self.attempt(outcome.attempt_id)

    def _child(self, attempt: AttemptRecord, outcome: AttemptOutcome, tree: Tree) -> AgentRecord:
        if outcome.manifest is None:
            raise ArchiveError(f"attempt {outcome.attempt_id} gave a child without a manifest: screen it first.")
        return AgentRecord(
            number=self._next_number(),
            commit="",
            digest=tree.digest,
            parent=attempt.parent,
            attempt=attempt.attempt_id,
            manifest=outcome.manifest,
            proposal=outcome.proposal,
            created_at=self._clock.now(),
            eligible=True,
            retention="",
        )

    def _record_attempt(self, outcome: AttemptOutcome, kept: Sequence[Kept], child: AgentRecord | None) -> None:
        at = self._clock.now()
        with self._transaction() as db:
            recording.close_attempt(db, outcome, at)
            ledger.settle(db, "attempt", outcome.attempt_id, outcome.spent, at)
            ledger.add_calls(db, outcome.calls, attempt=outcome.attempt_id)
            recording.add_artifacts(db, "attempt", outcome.attempt_id, kept)
            if child is not None:
                recording.add_agent(db, child)

    # -- trials ---------------------------------------------------------------------------------------------------

    def open_trials(self, agent: int, tasks: Sequence[tuple[str, int, Lease]], decision: Decision) -> tuple[int, ...]:
        """Record trials as (task id, repeat, lease) and the decision, before they are submitted. Returns their ids.

        An UNSCORED trial is opened again, in its row and with a new lease. Raises ArchiveError for one that is open
        or scored.
        """
        at = self._clock.now()
        opened = []
        with self._transaction() as db:
            digest = self._agent_row("digest", agent)["digest"]
            decided = recording.add_decision(db, decision, at)
            for task_id, repeat, lease in tasks:
                trial = recording.open_trial(db, agent, digest, task_id, repeat, decided, at)
                ledger.grant(db, "trial", trial, lease, at)
                opened.append(trial)
        return tuple(opened)

    def close_trial(self, outcome: TrialOutcome, *, retries: int = 0, flag: str = "") -> None:
        """Record what a trial gave, settle its lease, and flag its agent where there is a reason to.

        Closing a closed one changes nothing.
        """
        trial = self._one("SELECT agent, state FROM trials WHERE trial = ?", (outcome.trial_id,))
        if trial is None:
            raise self._no_trial(outcome.trial_id)
        if trial["state"] != TrialState.OPEN:
            return
        self._check_writable()
        kept = self._keep(outcome.artifacts)
        at = self._clock.now()
        with self._transaction() as db:
            ledger.settle(db, "trial", outcome.trial_id, outcome.spent, at)
            ledger.add_calls(db, outcome.calls, trial=outcome.trial_id)
            recording.add_artifacts(db, "trial", outcome.trial_id, kept, public=outcome.public_artifacts)
            recording.close_trial(db, outcome, retries, at)
            if flag:
                recording.add_flag(db, at, trial["agent"], flag)

    # -- the books and the log ------------------------------------------------------------------------------------

    def settle_lost(self, lease: OpenLease, reason: str, *, starts: int = 1) -> None:
        """Charge an open lease whole for each start: its attempt failed as LOST, its trial becomes UNSCORED.

        A lease that is settled already changes nothing.
        """
        if lease.lease_id not in {known.lease_id for known in self.open_leases()}:
            return
        at, spent = self._clock.now(), sum([lease.lease.whole] * starts, Spent())
        with self._transaction() as db:
            if lease.attempt_id is not None:
                recording.lose_attempt(db, lease.attempt_id, reason, at)
                ledger.settle(db, "attempt", lease.attempt_id, spent, at, state="lost")
            elif lease.trial_id is not None:
                recording.lose_trial(db, lease.trial_id, reason, at)
                ledger.settle(db, "trial", lease.trial_id, spent, at, state="lost")
            else:
                ledger.settle(db, "lease", lease.lease_id, spent, at, state="lost")

    def open_screening(self, founder: str, lease: Lease) -> int:
        """Record the lease of a founder's screening, before it is submitted. Returns the lease's id."""
        at = self._clock.now()
        with self._transaction() as db:
            return ledger.grant_screening(db, founder, lease, at)

    def add_calls(self, calls: Sequence[Call], spent: Spent, *, note: str, lease: int | None = None) -> None:
        """Record spending that belongs to no attempt or trial, or settle the lease of a screening."""
        at = self._clock.now()
        with self._transaction() as db:
            if lease is None:
                ledger.charge(db, spent, note, at)
            else:
                ledger.settle(db, "lease", lease, spent, at)
            ledger.add_calls(db, calls, note=note)

    def add_event(
        self, kind: str, text: str, data: Mapping[str, object] | None = None, *, request: str | None = None
    ) -> Event:
        """Append to the run's log, and return the entry. A request is answered once: then by the entry it has."""
        at = self._clock.now()
        with self._transaction() as db:
            number = recording.add_event(db, at, kind, text, data or {}, request)
        return self.event(number)

    def add_hours(self, hours: float) -> None:
        """Add wall time in which a driver worked on the run."""
        with self._transaction() as db:
            db.execute("UPDATE runs SET hours = hours + ?", (hours,))

    # -- the steps of a write -------------------------------------------------------------------------------------

    def _keep(self, artifacts: Mapping[str, bytes]) -> tuple[Kept, ...]:
        with storage_errors(self._folder):
            return self._artifacts.keep(artifacts)

    def _commit(self, agent: AgentRecord, tree: Tree, message: str, *, parent_commit: str | None) -> AgentRecord:
        with storage_errors(self._folder):
            commit = self._objects.keep(tree, parent=parent_commit, message=message, at=agent.created_at)
            self._watch(Step.COMMIT)
        return replace(agent, commit=commit)

    def _point(self, agent: AgentRecord) -> AgentRecord:
        with storage_errors(self._folder):
            self._objects.point(agent.number, agent.commit)
        self._watch(Step.REF)
        return self.agent(agent.number)

    @contextmanager
    def _transaction(self) -> Iterator[Database]:
        self._check_writable()
        with storage_errors(self._folder), transaction(self._db):
            yield self._db
        if not self._db.conn.in_transaction:
            self._watch(Step.ROW)

    def _next_number(self) -> int:
        row = self._one("SELECT coalesce(max(agent) + 1, 0) FROM agents")
        assert row is not None, "an aggregate has one row"  # noqa: S101
        return int(row[0])

    def _check_alone(self) -> None:
        """A commit comes before its row, and a ref after it: that row's transaction must end in between."""
        self._check_writable()
        if self._db.conn.in_transaction:
            raise ArchiveError("an agent is recorded in a transaction of its own, not together with other writes.")

    def _check_writable(self) -> None:
        if self._readonly:
            raise ArchiveError(f"the run {self._folder.name!r} is open for reading only: `dgm resume` writes.")
