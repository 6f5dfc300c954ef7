"""The books of a lease: no order of calls, and no endpoint's report, takes them beyond it."""

import math
from dataclasses import dataclass, field

from hypothesis import example, given
from hypothesis import strategies as st

from dgm.models.ledger import Charge, Ledger, Reservation, Usage
from dgm.values import Lease, Price

FREE = Price(0.0, 0.0)

counts = st.integers(0, 5_000)
prices = st.builds(Price, st.floats(0, 1_000), st.floats(0, 1_000))
leases = st.builds(Lease, st.integers(0, 10_000), st.floats(0, 10), st.just(60.0))
ends = st.sampled_from(["settle", "keep", "release"])
moves = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), counts, counts), st.tuples(ends, counts, counts), st.tuples(ends, counts, counts)
    ),
    max_size=60,
)


@dataclass
class Played:
    """What an interleaving of calls did to a ledger."""

    ledger: Ledger
    held: list[Reservation] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)

    def move(self, kind: str, first: int, second: int) -> None:
        if kind == "reserve":
            reservation = self.ledger.reserve(first, second)
            self.held += [reservation] if reservation else []
        elif self.held:
            self._end(kind, self.held.pop(first % len(self.held)), Usage(first, second))

    def _end(self, kind: str, held: Reservation, usage: Usage) -> None:
        match kind:
            case "settle":
                self.charges.append(self.ledger.settle(held, usage))
            case "keep":
                self.charges.append(self.ledger.keep(held))
            case "release":
                self.charges.append(self.ledger.release(held))

    @property
    def tokens(self) -> int:
        charged = sum(charge.input_tokens + charge.output_tokens for charge in self.charges)
        return charged + sum(held.tokens for held in self.held)

    @property
    def cost_usd(self) -> float:
        return sum(charge.cost_usd for charge in self.charges) + sum(held.cost_usd for held in self.held)


@given(leases, prices, moves)
@example(Lease(0, 1.0, 60.0), Price(0.0, 1e-304), [("reserve", 0, 0)])
def test_no_interleaving_exceeds_the_lease(lease, price, steps):
    played = Played(Ledger(lease, price))

    for step in steps:
        played.move(*step)

        assert played.tokens <= lease.tokens
        assert played.cost_usd <= lease.cost_usd


@given(leases, prices, moves)
def test_the_books_balance_to_the_token(lease, price, steps):
    played = Played(Ledger(lease, price))

    for step in steps:
        played.move(*step)

    assert played.ledger.tokens_left == lease.tokens - played.tokens
    assert played.ledger.charged == sum(played.charges, Charge())


@given(leases, counts, counts)
def test_a_released_reservation_costs_nothing(lease, used_in, used_out):
    ledger = Ledger(lease, Price(1.0, 1.0))

    held = ledger.reserve(used_in, used_out)
    if held:
        ledger.release(held)

    assert ledger.tokens_left == lease.tokens
    assert ledger.charged == Charge()


def test_output_is_clamped_to_what_is_left():
    ledger = Ledger(Lease(100, math.inf, 60.0), FREE)

    held = ledger.reserve(70, 4096)

    assert held is not None
    assert held.output_tokens == 30


def test_output_is_clamped_to_the_dollars_that_are_left():
    ledger = Ledger(Lease(10_000, 1.0, 60.0), Price(1_000.0, 10_000.0))

    held = ledger.reserve(500, 4096)

    assert held is not None
    assert held.output_tokens in {49, 50}


def test_a_request_that_leaves_no_room_for_an_answer_is_refused():
    ledger = Ledger(Lease(100, math.inf, 60.0), FREE)

    held = ledger.reserve(100, 1)

    assert held is None


def test_a_kept_reservation_counts_as_input_tokens():
    ledger = Ledger(Lease(1_000, math.inf, 60.0), FREE)
    held = ledger.reserve(100, 50)
    assert held is not None

    charge = ledger.keep(held)

    assert charge == Charge(150, 0, 0.0)


def test_usage_beyond_the_reservation_is_charged_as_far_as_the_lease_goes():
    ledger = Ledger(Lease(1_000, math.inf, 60.0), FREE)
    held = ledger.reserve(100, 50)
    assert held is not None

    charge = ledger.settle(held, Usage(900, 900))

    assert charge == Charge(900, 100, 0.0, clipped=True)
