"""The books of a confirmation at work: which trials have ended or are under way, and what is left of its budget."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Self

from dgm.config import RunConfig
from dgm.evolve.books import Halt, UnderWay
from dgm.evolve.budget import Budget, Refused, starts_charged
from dgm.evolve.confirming.wanted import wanted
from dgm.evolve.faults import checked
from dgm.evolve.orders import TRIES, Orders
from dgm.evolve.progress import Reason
from dgm.evolve.resuming import hours_of
from dgm.ports import Confirmations
from dgm.values import (
    STARTS,
    ConfirmationRecord,
    Finished,
    HoldoutKey,
    HoldoutTrial,
    Lease,
    OpenLease,
    Spent,
    Totals,
    TrialOutcome,
    TrialState,
    Work,
    WorkKind,
)


class Started(NamedTuple):
    """What `start` opened, to be submitted, and why it stopped before the last."""

    work: tuple[Work, ...]
    refused: Refused | None


@dataclass(slots=True)
class ConfirmationBooks:
    """All of it can be made anew from the archive, but for what is under way.

    Args:
        starts: that a lease is charged for whose work vanished.
        ended: trials that were scored, or given up.
        under_way: by the id of the work.
        failed: how often the infrastructure failed a trial.
        failed_in_a_row: trials that it failed since one went through.
        said: what happened since the last progress.
    """

    confirmations: Confirmations
    record: ConfirmationRecord
    orders: Orders
    suite_digest: str
    budget: Budget
    starts: int
    ended: dict[HoldoutKey, HoldoutTrial]
    under_way: dict[str, tuple[UnderWay, HoldoutKey]] = field(default_factory=dict)
    failed: Counter[HoldoutKey] = field(default_factory=Counter)
    failed_in_a_row: int = 0
    said: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        config: RunConfig,
        record: ConfirmationRecord,
        confirmations: Confirmations,
        orders: Orders,
        suite_digest: str,
        now: datetime,
    ) -> Self:
        """Charge what crashes left under way, also of other confirmations; return the books as the archive has them."""
        starts = starts_charged(config.budget)
        for one in confirmations.confirmations():
            _settle_the_dead(confirmations, one.confirmation_id, starts, now)
        (fresh,) = (one for one in confirmations.confirmations() if one.confirmation_id == record.confirmation_id)
        totals = Totals(fresh.spent, attempts=0, trials=0, agents=0, hours=fresh.hours)
        budget = Budget.after(config.budget, config.leases, totals)
        known = confirmations.holdout_trials(record.plan.setting)
        scored = {one.key: one for one in known if one.state is TrialState.SCORED}
        return cls(confirmations, record, orders, suite_digest, budget, starts, scored)

    @property
    def due(self) -> list[HoldoutKey]:
        """The trials that can start now, in order."""
        busy = {key for _, key in self.under_way.values()}
        return [key for key in wanted(self.record.plan, self.ended) if key not in busy]

    def start(self, keys: Sequence[HoldoutKey]) -> Started:
        """Open trials as far as the budget goes, in one transaction."""
        leases: list[tuple[HoldoutKey, Lease]] = []
        refused: Refused | None = None
        for key in keys:
            offered = self._offer(key)
            if isinstance(offered, Refused):
                refused = offered
                break
            self.budget = self.budget.opened(WorkKind.TRIAL, offered)
            leases.append((key, offered))
        if not leases:
            return Started((), refused)
        opened = self.confirmations.open_holdout_trials(self.record.confirmation_id, leases)
        return Started(tuple(self._work(one, lease) for one, (_, lease) in zip(opened, leases, strict=True)), refused)

    def _offer(self, key: HoldoutKey) -> Lease | Refused:
        """Return a whole lease or none: a trial that gets less than another's would be no fair pair to it."""
        seconds, leases = self.orders.trial_seconds(key.task_id), self.budget.leases
        offered = self.budget.offer(WorkKind.TRIAL, seconds)
        if isinstance(offered, Refused):
            return offered
        dollars = 0.0 if self.budget.limits.cost_usd is None else leases.trial_cost_usd
        whole = Lease(leases.trial_tokens, dollars, seconds)
        if offered == whole:
            return offered
        asked = f"{whole.tokens:,} tokens" + (f", {whole.cost_usd:g} dollars" if dollars else "")
        return Refused(
            f"its budget is used up: too little is left for a whole trial's {asked} and {seconds:.0f} s, "
            f"held for the {STARTS} starts that it may need"
        )

    def _work(self, trial: HoldoutTrial, lease: Lease) -> Work:
        key = trial.key
        work = self.orders.trial(trial.trial_id, key.agent, key.task_id, key.repeat, lease, draw=key.draw)
        digest = self.orders.agent(key.agent).digest
        under_way = UnderWay(WorkKind.TRIAL, lease, key.agent, key.task_id, trial.trial_id, digest)
        self.under_way[work.work_id] = (under_way, key)
        return work

    def close(self, finished: Finished) -> Halt | None:
        """Record how a trial ended. Returns why the work must not go on."""
        work, key = self.under_way.pop(finished.work_id)
        outcome = finished.outcome
        if not isinstance(outcome, TrialOutcome):
            self._lost(work, key, finished)
            return None
        charged = replace(outcome, spent=work.charge(outcome.spent, finished.retries))
        outcome = checked(work, charged, self.suite_digest)
        trial = self.confirmations.close_holdout_trial(outcome, retries=finished.retries)
        self._settled(work, outcome.spent, counts=outcome.verdict is not None)
        if outcome.must_stop is not None:
            return Halt(Reason.REFUSED, outcome.must_stop)
        if outcome.verdict is None:
            self._unscored(trial)
            return None
        self.failed_in_a_row = 0
        self.ended[key] = trial
        self.said.append(f"{named(key)} has ended")
        return None

    def _lost(self, work: UnderWay, key: HoldoutKey, finished: Finished) -> None:
        starts = 1 + finished.retries
        for lease in filter(work.holds, self._open_leases):
            self.confirmations.settle_holdout_lost(lease, finished.error, starts=starts)
        self._settled(work, work.charge(Spent(), starts), counts=False)
        reason = finished.error.strip().rpartition("\n")[2]
        self._unscored(HoldoutTrial(work.number, key, TrialState.UNSCORED, False, None, None, Spent(), reason))

    def _unscored(self, trial: HoldoutTrial) -> None:
        """Let a trial be run again, or give it up: then it counts against the agent."""
        self.failed[trial.key] += 1
        self.failed_in_a_row += 1
        self.said.append(f"{named(trial.key)} was not scored: {trial.infrastructure}")
        if self.failed[trial.key] >= TRIES:
            self.ended[trial.key] = trial
            self.said.append(f"{named(trial.key)} is given up after {TRIES} tries, and counts against the agent")

    def lose_the_rest(self, reason: str) -> tuple[str, ...]:
        """Charge every open lease whole, and return what was under way on them."""
        leases = self._open_leases
        for lease in leases:
            self.confirmations.settle_holdout_lost(lease, reason, starts=self.starts)
        lost = [work for work, _ in self.under_way.values() if any(map(work.holds, leases))]
        for work in lost:
            self._settled(work, work.charge(Spent(), self.starts), counts=False)
        self.under_way.clear()
        return tuple(map(str, lost))

    @property
    def _open_leases(self) -> tuple[OpenLease, ...]:
        return self.confirmations.open_holdout_leases(self.record.confirmation_id)

    def _settled(self, work: UnderWay, spent: Spent, *, counts: bool) -> None:
        self.budget = self.budget.settled_with(WorkKind.TRIAL, work.lease, spent, counts=counts)


def _settle_the_dead(confirmations: Confirmations, number: int, starts: int, now: datetime) -> None:
    left = confirmations.open_holdout_leases(number)
    if hours := hours_of(left, now):
        confirmations.add_confirmation_hours(number, hours)
    for lease in left:
        confirmations.settle_holdout_lost(lease, "under way when the driver died: charged whole", starts=starts)


def named(key: HoldoutKey) -> str:
    """Return a trial's name for a person."""
    further = f", try {key.draw + 1}" if key.draw else ""
    return f"a{key.agent} on {key.task_id!r}, repeat {key.repeat + 1}{further}"
