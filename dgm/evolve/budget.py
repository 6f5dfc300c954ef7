"""What a run may still spend, and the next lease. Pure: every change gives a new `Budget`.

What is settled and what is leased together never exceed a limit. An executor may start a piece of work twice, so a
lease is held back `STARTS` times until it is settled. Hours are a limit on wall time: a lease's seconds are cut to
what is left of them.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from dgm.config import BudgetSection, LeaseSection
from dgm.values import STARTS, Lease, Spent, Totals, WorkKind

LEAST_SHARE = 0.25
"""Of a whole lease's tokens or dollars: with less, work would only show that its lease was too small."""

LEAST_TIME = 0.1
"""Of the time that work may take at most, which it seldom does: with less left, it is not started."""

USUAL_ATTEMPT, USUAL_COUNTS = 4.0, 4
"""What an attempt costs by a trial (published runs of the Darwin Gödel Machine), and how many of a run's own outweigh
it."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Refused:
    """Why no lease is given. Work under way may give back what it holds: ask again after each outcome."""

    reason: str


@dataclass(frozen=True, slots=True)
class Budget:
    """The books of a run.

    Args:
        limits: None in it is no limit.
        leases: what a whole lease is.
        settled: what ended work used.
        on_attempts: the part of it that attempts used.
        held: tokens and dollars of the leases that are open, each `STARTS` times.
        attempts, trials: ended ones; an unscored trial is not counted.
        open_attempts, open_trials, open_screenings: pieces of work under way.
        hours: wall time that has passed.
    """

    limits: BudgetSection
    leases: LeaseSection
    settled: Spent = field(default_factory=Spent)
    held: Spent = field(default_factory=Spent)
    attempts: int = 0
    trials: int = 0
    open_attempts: int = 0
    open_trials: int = 0
    open_screenings: int = 0
    hours: float = 0.0
    on_attempts: Spent = field(default_factory=Spent)

    @classmethod
    def after(cls, limits: BudgetSection, leases: LeaseSection, totals: Totals) -> Self:
        """Return the books of a run of which nothing is under way."""
        counts = totals.attempts, totals.trials
        return cls(limits, leases, totals.spent, Spent(), *counts, hours=totals.hours, on_attempts=totals.on_attempts)

    def refusal(self, kind: WorkKind) -> Refused | None:
        """Return why no lease of this kind is given now, however short the work; None: one is."""
        offered = self.offer(kind, 0.0)
        return offered if isinstance(offered, Refused) else None

    def offer(self, kind: WorkKind, seconds: float) -> Lease | Refused:
        """Return the next lease, smaller than a whole one where the budget is nearly spent.

        Args:
            seconds: wall time that the work may take.
        """
        refused = self._count_refused(kind) or self._hours_refused(seconds)
        if refused is not None:
            return refused
        tokens = self._share(kind, "tokens", *self._tokens(kind))
        cost_usd = self._share(kind, "dollars", *self._dollars(kind))
        if isinstance(tokens, Refused):
            return tokens
        if isinstance(cost_usd, Refused):
            return cost_usd
        return Lease(int(tokens), cost_usd, min(seconds, self._seconds_left()))

    def opened(self, kind: WorkKind, lease: Lease) -> Self:
        """Return the books with a lease more."""
        return self._changed(kind, 1, self.settled, self.held + _times(lease, STARTS))

    def settled_with(self, kind: WorkKind, lease: Lease, spent: Spent, *, counts: bool = True) -> Self:
        """Return the books with a lease less, and what its work used.

        Args:
            counts: whether it counts as an attempt or as a trial.
        """
        return self._changed(
            kind,
            -1,
            self.settled + spent,
            self.held + _times(lease, -STARTS),
            counted=int(counts),
            on_attempts=self.on_attempts + spent if kind is WorkKind.ATTEMPT else None,
        )

    def at(self, hours: float) -> Self:
        """Return the books at another time."""
        return replace(self, hours=hours)

    @property
    def used(self) -> dict[str, tuple[float, float]]:
        """Limit's name to what was used of it and the limit; only the limits that are set."""
        used: dict[str, float] = {
            "tokens": self.settled.tokens,
            "cost_usd": self.settled.cost_usd,
            "hours": self.hours,
            "attempts": self.attempts,
            "trials": self.trials,
        }
        limits = {name: getattr(self.limits, name) for name in used}
        return {name: (used[name], float(limit)) for name, limit in limits.items() if limit is not None}

    @property
    def share_left(self) -> float:
        """Least share left of a limit that ends trials; work under way counts as used. 1: there is no such limit."""
        taken = (
            (self.limits.trials, self.trials + self.open_trials),
            (self.limits.tokens, self.settled.tokens + self.held.tokens / STARTS),
            (self.limits.cost_usd, self.settled.cost_usd + self.held.cost_usd / STARTS),
            (self.limits.hours, self.hours),
        )
        return min(
            (max(0.0, 1 - used / limit) if limit else 0.0 for limit, used in taken if limit is not None), default=1
        )

    @property
    def _busy(self) -> bool:
        return self.open_attempts + self.open_trials + self.open_screenings > 0

    def _count_refused(self, kind: WorkKind) -> Refused | None:
        """No child is made that could not be measured: trials that are used up end attempts too."""
        attempts, trials = self.limits.attempts, self.limits.trials
        if kind is WorkKind.ATTEMPT and attempts is not None and self.attempts + self.open_attempts >= attempts:
            return Refused(f"the budget of {attempts} attempts is used up")
        if kind is not WorkKind.SCREENING and trials is not None and self.trials + self.open_trials >= trials:
            return Refused(f"the budget of {trials} trials is used up")
        return None

    def _hours_refused(self, seconds: float) -> Refused | None:
        left = self._seconds_left()
        if left > 0 and left >= LEAST_TIME * seconds:
            return None
        return Refused(f"the budget of {self.limits.hours:g} hours is used up: {max(0.0, left):.0f} s are left")

    def _seconds_left(self) -> float:
        return float("inf") if self.limits.hours is None else (self.limits.hours - self.hours) * 3600

    def _tokens(self, kind: WorkKind) -> tuple[float, float | None, float]:
        whole = self.leases.trial_tokens if kind is WorkKind.TRIAL else self.leases.attempt_tokens
        return whole, self.limits.tokens, self.settled.tokens + self.held.tokens

    def _dollars(self, kind: WorkKind) -> tuple[float, float | None, float]:
        if self.limits.cost_usd is None:
            return 0.0, None, 0.0
        whole = self.leases.trial_cost_usd if kind is WorkKind.TRIAL else self.leases.attempt_cost_usd
        return whole, self.limits.cost_usd, self.settled.cost_usd + self.held.cost_usd

    def _share(self, kind: WorkKind, unit: str, whole: float, limit: float | None, taken: float) -> float | Refused:
        """Return what may be leased: all of it, else, where nothing else is under way, what is left."""
        if limit is None:
            return whole
        left = (limit - taken) / STARTS
        if left >= whole:
            return whole
        if self._busy:
            return Refused(f"the {unit} that are left are held by work under way")
        if left <= 0 or left < LEAST_SHARE * min(whole, limit / STARTS):
            return Refused(f"the budget of {limit:g} {unit} is used up: too few are left for one {kind.value}")
        return left * (1 - _ROUNDING)

    @property
    def attempt_in_trials(self) -> float:
        """What an attempt has cost by what a trial has, the mean of tokens and seconds; four at first, as published.

        A founder's screening is taken for trials: there is one.
        """
        if not self.attempts or not self.trials:
            return USUAL_ATTEMPT
        pairs = (
            (self.on_attempts.tokens, self.settled.tokens - self.on_attempts.tokens),
            (self.on_attempts.seconds, self.settled.seconds - self.on_attempts.seconds),
        )
        known = [(a / self.attempts) / (t / self.trials) for a, t in pairs if a > 0 and t > 0]
        if not known:
            return USUAL_ATTEMPT
        seen = self.attempts * sum(known) / len(known)
        return (USUAL_ATTEMPT * USUAL_COUNTS + seen) / (USUAL_COUNTS + self.attempts)

    def _changed(
        self,
        kind: WorkKind,
        opened: int,
        settled: Spent,
        held: Spent,
        *,
        counted: int = 0,
        on_attempts: Spent | None = None,
    ) -> Self:
        """Return the books after a piece of work was opened, or closed. Every outcome comes by: so no `replace`."""
        attempt, trial = kind is WorkKind.ATTEMPT, kind is WorkKind.TRIAL
        return type(self)(
            limits=self.limits,
            leases=self.leases,
            settled=settled,
            held=held,
            attempts=self.attempts + counted * attempt,
            trials=self.trials + counted * trial,
            open_attempts=self.open_attempts + opened * attempt,
            open_trials=self.open_trials + opened * trial,
            open_screenings=self.open_screenings + opened * (kind is WorkKind.SCREENING),
            hours=self.hours,
            on_attempts=on_attempts or self.on_attempts,
        )


def starts_charged(limits: BudgetSection) -> int:
    """Return how many starts a lease is charged for whose work vanished with its driver, or when it was stopped.

    How often the executor had started it is not known then. Where tokens or dollars are limited, all the starts that
    it may have had are charged, so that no limit is passed; else one.
    """
    return 1 if limits.tokens is None and limits.cost_usd is None else STARTS


def _times(lease: Lease, factor: int) -> Spent:
    return Spent(factor * lease.tokens, factor * lease.cost_usd)
