"""Amounts of money as banks write them."""

from decimal import Decimal


def parse_amount(text: str) -> Decimal:
    """Return the amount that `text` stands for; parentheses make it negative."""
    digits = text.strip().replace(",", "")
    if digits.startswith("(") and digits.endswith(")"):
        return -Decimal(digits[1:-1])
    return Decimal(digits)
