"""Why a step of an attempt or a screening went no further: a value, since a bad agent is an outcome and no error."""

from dataclasses import dataclass
from typing import Self

from dgm.values import Failure, plain

CHILDS_FAULT = frozenset(
    {
        Failure.REFUSED_CHANGE,
        Failure.BAD_MANIFEST,
        Failure.OWN_TESTS,
        Failure.NO_START,
        Failure.TRIVIAL_TASK,
        Failure.SELF_EDIT,
    }
)
"""What is wrong with a child itself, and can be told to who repairs it."""

DETAIL_LIMIT = 600
"""Characters of a detail; words of an agent in it are stripped."""

PRINTED_LIMIT = 4_000
"""Characters of what a command printed; the last ones, since a failure is told at the end."""


@dataclass(frozen=True, slots=True)
class Setback:
    """What ended the work.

    Args:
        detail: for a person, and for an agent that repairs the work; harmless, at most `DETAIL_LIMIT` characters.
            Nothing that a grading sandbox printed is in it.
        printed: what the agent's own tests printed, for an agent that repairs the work; harmless.
        must_stop: the endpoint refused the key or the model: nothing will work until a person acts.
    """

    failure: Failure
    detail: str
    must_stop: str | None = None
    printed: str = ""

    @classmethod
    def of(cls, failure: Failure, detail: str, printed: bytes = b"") -> Self:
        """Build one from text that may hold an agent's words."""
        shown = printed.decode("utf-8", "replace").strip()[-PRINTED_LIMIT:]
        return cls(failure, plain(detail, limit=DETAIL_LIMIT), printed=plain(shown, keep_newlines=True))

    @classmethod
    def refused(cls, reason: str) -> Self:
        """Build the one that stops a run: the endpoint refused the key or the model."""
        detail = plain(reason, limit=DETAIL_LIMIT)
        return cls(Failure.INFRASTRUCTURE, detail, must_stop=detail)
