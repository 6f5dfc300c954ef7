"""Exact amounts of money."""

from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Return the amount rounded to whole cents; half a cent goes to the even one."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)
