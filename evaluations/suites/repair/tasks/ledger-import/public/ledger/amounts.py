"""Amounts of money as banks write them."""

from decimal import Decimal


def parse_amount(text: str) -> Decimal:
    """Return the amount that `text` stands for."""
    return Decimal(text.strip())
