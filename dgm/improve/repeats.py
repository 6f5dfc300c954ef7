"""Which proposals repeat one that failed: they are refused before they cost a self-modification. Pure."""

from collections.abc import Sequence

from dgm.improve.setback import CHILDS_FAULT
from dgm.improve.shingles import shingles, similarity
from dgm.values import Failure, Tried

SHINGLE = 3
"""Tokens."""

TOO_LIKE = 0.6
"""Share of shingles that a proposal has in common with one that failed, from which it repeats it."""

FAULTY = CHILDS_FAULT | {Failure.NO_CHANGE}
"""Failures that a proposal led to; a lease that was too small says nothing of it."""


def repeated(proposal: str, tried: Sequence[Tried]) -> Tried | None:
    """Return the failed attempt whose proposal this one is most like, if it is too like it."""
    own = shingles(proposal.casefold(), SHINGLE)
    likeness = {
        attempt: similarity(own, shingles(attempt.proposal.casefold(), SHINGLE))
        for attempt in tried
        if attempt.proposal and attempt.failure in FAULTY
    }
    most = max(likeness, key=lambda attempt: likeness[attempt], default=None)
    return most if most is not None and likeness[most] >= TOO_LIKE else None
