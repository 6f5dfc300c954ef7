"""What an invoice comes to."""

from decimal import Decimal

from invoices.money import to_cents


def invoice_total(lines: list[tuple[str, int]]) -> str:
    """Return the sum of the lines, each a price and a quantity and rounded on its own."""
    total = sum((to_cents(Decimal(price) * quantity) for price, quantity in lines), Decimal("0.00"))
    return str(total)


def tax(net: str, rate: str) -> str:
    """Return the tax on a net amount; a rate of 0.05 stands for five per cent."""
    return str(to_cents(Decimal(net) * Decimal(rate)))
