"""The archive with the books of confirmations: trials on the holdout, which nothing else of the archive counts."""

from collections.abc import Mapping, Sequence

from dgm.archive import ledger, recording, rows
from dgm.archive.database import Value, insert, select_one
from dgm.archive.durable import storage_errors
from dgm.archive.writing import RunArchive
from dgm.errors import ArchiveError
from dgm.values import (
    ConfirmationPlan,
    ConfirmationRecord,
    GatewayReport,
    HoldoutKey,
    HoldoutTrial,
    Lease,
    OpenLease,
    Spent,
    TrialOutcome,
    TrialState,
)

EVENT = "confirm"
"""Kind of the events that confirmations leave in the log."""

ANSWER = "answer.diff"

_OPEN_TRIAL = """
    INSERT INTO holdout_trials (confirmation, setting, agent, task_id, repeat, draw, state, agent_digest, opened_at)
    SELECT confirmation, setting, ?, ?, ?, ?, 'open', ?, ? FROM confirmations WHERE confirmation = ?
    ON CONFLICT (setting, agent, task_id, repeat, draw) DO UPDATE SET
        confirmation = excluded.confirmation, state = excluded.state, agent_digest = excluded.agent_digest,
        opened_at = excluded.opened_at, closed_at = NULL, infrastructure = NULL
    WHERE state = 'unscored'
    RETURNING *
"""


class ConfirmingArchive(RunArchive):
    """The ports Archive and Confirmations."""

    # -- confirmations --------------------------------------------------------------------------------------------

    def confirmations(self) -> tuple[ConfirmationRecord, ...]:
        """Return all confirmations, oldest first."""
        return tuple(map(rows.confirmation_record, self._all("SELECT * FROM confirmations ORDER BY confirmation")))

    def confirmation(self, confirmation_id: int) -> ConfirmationRecord:
        """Return one confirmation. Raises ArchiveError."""
        row = self._one("SELECT * FROM confirmations WHERE confirmation = ?", (confirmation_id,))
        if row is None:
            raise ArchiveError(f"there is no confirmation {confirmation_id} in the run {self._folder.name!r}.")
        return rows.confirmation_record(row)

    def open_confirmation(self, plan: ConfirmationPlan, text: str) -> ConfirmationRecord:
        """Record what a confirmation will do, and log it, before its first trial."""
        planned: dict[str, Value] = {
            "agent": plan.agent,
            "founder": plan.founder,
            "parent": plan.parent,
            "against": rows.to_json(plan.against),
            "tasks": rows.to_json(plan.tasks),
            "repeats": plan.repeats,
            "tries": plan.tries,
            "holdout": plan.holdout,
            "setting": plan.setting,
        }
        at = self._clock.now()
        with self._transaction() as db:
            number = insert(db, "confirmations", {**planned, "opened_at": at.isoformat()})
            recording.add_event(db, at, EVENT, text, {"confirmation": number, **planned})
        return self.confirmation(number)

    def close_confirmation(
        self, confirmation_id: int, *, p: float, word: str, text: str, result: Mapping[str, object]
    ) -> ConfirmationRecord:
        """Record what a confirmation found, and log it. Closing a closed one changes nothing."""
        if self.confirmation(confirmation_id).has_ended:
            return self.confirmation(confirmation_id)
        at = self._clock.now()
        found: dict[str, Value] = {"p": p, "word": word, "text": recording.detail_text(text)}
        with self._transaction() as db:
            stored = {**found, "result": rows.to_json(rows.harmless(result)), "closed_at": at.isoformat()}
            recording.update(db, "confirmation", confirmation_id, stored)
            recording.add_event(db, at, EVENT, text, {"confirmation": confirmation_id, **found})
        return self.confirmation(confirmation_id)

    def add_confirmation_hours(self, confirmation_id: int, hours: float) -> None:
        """Add wall time in which a driver worked on a confirmation."""
        with self._transaction() as db:
            db.execute("UPDATE confirmations SET hours = hours + ? WHERE confirmation = ?", (hours, confirmation_id))

    # -- trials on the holdout ------------------------------------------------------------------------------------

    def holdout_trials(self, setting: str) -> tuple[HoldoutTrial, ...]:
        """Return the trials of all confirmations in a setting, in order."""
        found = self._all("SELECT * FROM holdout_trials WHERE setting = ? ORDER BY holdout_trial", (setting,))
        return tuple(map(rows.holdout_trial, found))

    def holdout_artifacts(self) -> Mapping[int, Mapping[str, str]]:
        """Return what the trials left, name to SHA-256, by their ids."""
        return self._artifacts_by("holdout_trial")

    def open_holdout_trials(
        self, confirmation_id: int, trials: Sequence[tuple[HoldoutKey, Lease]]
    ) -> tuple[HoldoutTrial, ...]:
        """Record trials and their leases before they are submitted.

        An UNSCORED trial is opened again, in its row and with a new lease. Raises ArchiveError for one that is open
        or scored.
        """
        at = self._clock.now()
        opened = []
        with self._transaction() as db:
            for key, lease in trials:
                agent = self.agent(key.agent)
                parameters = (*key, agent.digest, at.isoformat(), confirmation_id)
                row = select_one(db, _OPEN_TRIAL, parameters)
                if row is None:
                    raise ArchiveError(f"the trial of {agent.label} on {key.task_id!r} is open or scored already.")
                ledger.grant(db, "holdout_trial", row["holdout_trial"], lease, at)
                opened.append(rows.holdout_trial(row))
        return tuple(opened)

    def close_holdout_trial(self, outcome: TrialOutcome, *, retries: int = 0) -> HoldoutTrial:
        """Record what a trial gave and settle its lease. Closing a closed one changes nothing."""
        number = outcome.trial_id
        opened = self._holdout_trial(number)
        if opened.state is not TrialState.OPEN:
            return opened
        self._check_writable()
        kept = self._keep(outcome.artifacts)
        at, used = self._clock.now(), GatewayReport(outcome.calls).spent
        used_up: dict[str, Value] = {
            "answer": next((artifact.sha256 for artifact in kept if artifact.name == ANSWER), None),
            "used_tokens": used.tokens,
            "used_cost_usd": used.cost_usd,
        }
        with self._transaction() as db:
            ledger.settle(db, "holdout_trial", number, outcome.spent, at)
            ledger.add_calls(db, outcome.calls, holdout_trial=number)
            recording.add_artifacts(db, "holdout_trial", number, kept)
            recording.close_trial(db, outcome, retries, at, owner="holdout_trial")
            recording.update(db, "holdout_trial", number, used_up)
        return self._holdout_trial(number)

    def _holdout_trial(self, number: int) -> HoldoutTrial:
        row = self._one("SELECT * FROM holdout_trials WHERE holdout_trial = ?", (number,))
        if row is None:
            raise ArchiveError(f"there is no trial {number} on the holdout in the run {self._folder.name!r}.")
        return rows.holdout_trial(row)

    # -- their leases ---------------------------------------------------------------------------------------------

    def open_holdout_leases(self, confirmation_id: int) -> tuple[OpenLease, ...]:
        """Return a confirmation's leases that are not settled; `trial_id` is that of the trial on the holdout."""
        with storage_errors(self._folder):
            return ledger.open_holdout_leases(self._db, confirmation_id)

    def settle_holdout_lost(self, lease: OpenLease, reason: str, *, starts: int = 1) -> None:
        """Charge an open lease whole for each start to its confirmation; its trial becomes UNSCORED.

        A lease that is settled already changes nothing.
        """
        is_open = "SELECT 1 FROM leases WHERE lease = ? AND state = 'open' AND holdout_trial IS NOT NULL"
        if lease.trial_id is None or self._one(is_open, (lease.lease_id,)) is None:
            return
        at, spent = self._clock.now(), sum([lease.lease.whole] * starts, Spent())
        with self._transaction() as db:
            recording.lose_trial(db, lease.trial_id, reason, at, owner="holdout_trial")
            ledger.settle(db, "holdout_trial", lease.trial_id, spent, at, state="lost")
