"""What an earlier run's work took: the figures of a plan that need not be assumed. Reads the archive."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dgm.ports import Archive
from dgm.values import AttemptState, Failure, Spent, TrialState

LEAST = 5
"""Pieces of work of one kind that a figure needs."""


@dataclass(frozen=True, slots=True)
class WorkMeasured:
    """What `n` pieces of work of one kind took: medians, and the standard deviation of log seconds."""

    n: int
    seconds: float
    sigma: float
    tokens: int
    usd_per_million: float

    @classmethod
    def of(cls, work: Iterable[Spent]) -> "WorkMeasured | None":
        """Sum up; None where there is too little."""
        spent = [one for one in work if one.seconds > 0]
        if len(spent) < LEAST:
            return None
        tokens, seconds = sum(one.tokens for one in spent), [one.seconds for one in spent]
        return cls(
            len(spent),
            float(np.median(seconds)),
            float(np.std(np.log(seconds))),
            int(np.median([one.tokens for one in spent])),
            1e6 * sum(one.cost_usd for one in spent) / max(1, tokens),
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """An earlier run.

    Args:
        founder: its founders' share resolved, with n; None where too little was measured.
        broken, unchanged: share of its attempts that ended so; None where too few ended.
    """

    trial: WorkMeasured | None
    attempt: WorkMeasured | None
    founder: tuple[float, int] | None
    broken: float | None
    unchanged: float | None

    @classmethod
    def of(cls, archive: Archive) -> "Measured":
        """Read a run: its scored trials of the search, and its attempts that were not lost."""
        trials = [t for t in archive.trials() if t.state is TrialState.SCORED and t.repeat == 0]
        founders = {agent.number for agent in archive.agents() if agent.parent is None}
        own = [t.verdict.resolved for t in trials if t.verdict is not None and t.agent in founders]
        ended = [a for a in archive.attempts() if a.state is not AttemptState.OPEN and a.failure is not Failure.LOST]
        enough = len(ended) >= LEAST
        failures = [attempt.failure for attempt in ended]
        unchanged = failures.count(Failure.NO_CHANGE)
        broken = len(ended) - failures.count(None) - unchanged
        return cls(
            trial=WorkMeasured.of(t.spent for t in trials),
            attempt=WorkMeasured.of(a.spent for a in ended),
            founder=(sum(own) / len(own), len(own)) if len(own) >= LEAST else None,
            broken=broken / len(ended) if enough else None,
            unchanged=unchanged / max(1, len(ended) - broken) if enough else None,
        )
