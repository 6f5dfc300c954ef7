"""The books of one lease: reserve before a call, settle after it. Pure arithmetic behind one lock.

At every moment what is charged and what is reserved together stay within the lease, in tokens and in dollars,
however calls interleave. Seconds are not kept here: the gateway's deadline holds them.
"""

import threading
from dataclasses import dataclass

from dgm.values import Lease, Price

_ROUNDING = 1 - 1e-9
"""Share of the dollars that is given out: sums of floats may end a hair above the exact sum."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens and dollars held back for one try. Settled exactly once."""

    number: int
    input_tokens: int
    """Upper bound of what the request holds."""
    output_tokens: int
    """What the model may answer at most."""
    cost_usd: float

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one try, as the endpoint reported them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What one try was charged. `clipped`: the endpoint reported more than the lease had left."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    clipped: bool = False

    def __add__(self, other: "Charge") -> "Charge":
        return Charge(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost_usd + other.cost_usd,
            self.clipped or other.clipped,
        )


class Ledger:
    """What is left of one lease. Thread-safe.

    Args:
        lease: its `tokens` and `cost_usd` are the limits; `math.inf` dollars for no such limit.
        price: of the one model; zero for a model that costs nothing.
    """

    def __init__(self, lease: Lease, price: Price) -> None:
        self._price = price
        self._limit_tokens = lease.tokens
        self._limit_usd = lease.cost_usd * _ROUNDING
        self._lock = threading.Lock()  # protects the three below
        self._charged = Charge()
        self._held: dict[int, Reservation] = {}
        self._count = 0

    def reserve(self, input_tokens: int, output_tokens: int, least_output: int = 1) -> Reservation | None:
        """Hold back a try's worst case, with the output clamped to what is left.

        Args:
            least_output: 0 for a request that has no output.

        Returns:
            None when not even the least output fits.
        """
        with self._lock:
            output = min(output_tokens, self._free_tokens() - input_tokens, self._affordable(input_tokens))
            if output < least_output:
                return None
            self._count += 1
            cost = self._price.cost_usd(input_tokens, output)
            held = Reservation(self._count, input_tokens, output, cost)
            self._held[held.number] = held
            return held

    def settle(self, held: Reservation, usage: Usage) -> Charge:
        """Charge what a try really used; more than was held back only as far as the lease goes."""
        with self._lock:
            del self._held[held.number]
            charge = self._clip(usage)
            self._charged += charge
            return charge

    def keep(self, held: Reservation) -> Charge:
        """Charge the whole reservation, as input tokens: nobody knows what the try used."""
        with self._lock:
            del self._held[held.number]
            charge = Charge(held.tokens, 0, held.cost_usd)
            self._charged += charge
            return charge

    def release(self, held: Reservation) -> Charge:
        """Charge nothing: the endpoint turned the try away before any work."""
        with self._lock:
            del self._held[held.number]
            return Charge()

    @property
    def used_share(self) -> float:
        """The share of the tokens that is charged."""
        with self._lock:
            used = self._charged.input_tokens + self._charged.output_tokens
            return used / self._limit_tokens if self._limit_tokens else 0.0

    @property
    def charged(self) -> Charge:
        """The sum of all charges so far."""
        with self._lock:
            return self._charged

    @property
    def tokens_left(self) -> int:
        """Tokens that are neither charged nor held back."""
        with self._lock:
            return self._free_tokens()

    def _free_tokens(self) -> int:
        used = self._charged.input_tokens + self._charged.output_tokens
        return self._limit_tokens - used - sum(held.tokens for held in self._held.values())

    def _free_usd(self) -> float:
        return self._limit_usd - self._charged.cost_usd - sum(held.cost_usd for held in self._held.values())

    def _affordable(self, input_tokens: int) -> int:
        """Return the output tokens that the dollars pay for beside the input; below zero where not even that."""
        left = self._free_usd() - self._price.cost_usd(input_tokens, 0)
        if left < 0:
            return -1
        per_token = self._price.cost_usd(0, 1)
        return int(min(self._limit_tokens, left / per_token)) if per_token else self._limit_tokens

    def _clip(self, usage: Usage) -> Charge:
        free = self._free_tokens()
        taken_in = min(usage.input_tokens, free)
        taken_out = min(usage.output_tokens, free - taken_in)
        wanted = self._price.cost_usd(usage.input_tokens, usage.output_tokens)
        cost = min(wanted, max(0.0, self._free_usd()))
        clipped = cost < wanted or taken_in + taken_out < usage.input_tokens + usage.output_tokens
        return Charge(taken_in, taken_out, cost, clipped)
