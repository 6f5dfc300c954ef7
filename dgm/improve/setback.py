"""Why a step of an attempt or a screening went no further: a value, since a bad agent is an outcome and no error."""

from dataclasses import dataclass
from typing import Self

from dgm.values import Failure, plain

DETAIL_LIMIT = 600
"""Characters of a detail; words of an agent in it are stripped."""


@dataclass(frozen=True, slots=True)
class Setback:
    """What ended the work.

    Args:
        detail: for a person; harmless, at most `DETAIL_LIMIT` characters.
        must_stop: the endpoint refused the key or the model: nothing will work until a person acts.
    """

    failure: Failure
    detail: str
    must_stop: str | None = None

    @classmethod
    def of(cls, failure: Failure, detail: str) -> Self:
        """Build one from text that may hold an agent's words."""
        return cls(failure, plain(detail, limit=DETAIL_LIMIT))

    @classmethod
    def refused(cls, reason: str) -> Self:
        """Build the one that stops a run: the endpoint refused the key or the model."""
        detail = plain(reason, limit=DETAIL_LIMIT)
        return cls(Failure.INFRASTRUCTURE, detail, must_stop=detail)
