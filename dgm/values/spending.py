"""Money, tokens and time: leases, what was spent, calls to a model."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class Spent:
    """What some work used. Adds up."""

    tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: "Spent") -> Self:
        return type(self)(self.tokens + other.tokens, self.cost_usd + other.cost_usd, self.seconds + other.seconds)


@dataclass(frozen=True, slots=True)
class Lease:
    """The most that a piece of work may spend: input and output tokens together, dollars, wall seconds."""

    tokens: int
    cost_usd: float
    seconds: float

    def minus(self, spent: Spent) -> Self:
        """Return what is left, never below zero."""
        return type(self)(
            max(0, self.tokens - spent.tokens),
            max(0.0, self.cost_usd - spent.cost_usd),
            max(0.0, self.seconds - spent.seconds),
        )

    @property
    def whole(self) -> Spent:
        """What is charged when the work vanished."""
        return Spent(self.tokens, self.cost_usd, self.seconds)


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens."""

    input_usd: float
    output_usd: float

    def cost_usd(self, input_tokens: int, output_tokens: int) -> float:
        """Return the dollars for one call."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1e6


class CallStatus(StrEnum):
    """How one call to a model ended."""

    OK = "ok"
    EMPTY = "empty completion"
    CUT_OFF = "cut off by max_tokens"
    REFUSED_LEASE = "refused: lease used up"
    REFUSED_REQUEST = "refused: request not allowed"
    CONTEXT_OVERFLOW = "context overflow"
    ABANDONED = "abandoned by the caller"
    UPSTREAM_ERROR = "upstream error"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a model, as the books keep it. A reservation that was kept counts as input tokens."""

    purpose: str
    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: float
    seconds: float
    status: CallStatus
    retries: int = 0
    started_at: str = ""
    """Aware UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class GatewayReport:
    """What went through one gateway.

    Args:
        transcript: JSON lines, one object a call: `{"request": ..., "response": ..., "status": ...}`. No key in it.
        upstream_failed: the endpoint itself failed after retries, so that what the agent did then proves nothing.
        upstream_refused: the endpoint refused the key or the model: nothing will work until a person acts.
    """

    calls: tuple[Call, ...] = ()
    transcript: bytes = b""
    upstream_failed: bool = False
    upstream_refused: str | None = None

    @property
    def spent(self) -> Spent:
        """Tokens and dollars of all calls; seconds stay with the job that made them."""
        return Spent(sum(c.input_tokens + c.output_tokens for c in self.calls), sum(c.cost_usd for c in self.calls))


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer to a call made on the host."""

    text: str
    status: CallStatus
