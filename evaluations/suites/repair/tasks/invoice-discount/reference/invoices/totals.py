"""What an invoice comes to."""

from decimal import Decimal

from invoices.money import to_cents


def invoice_total(lines: list[tuple[str, int]], discount: str = "0") -> str:
    """Return the sum of the lines, each a price and a quantity and rounded on its own, less a share of it."""
    total = sum((to_cents(Decimal(price) * quantity) for price, quantity in lines), Decimal("0.00"))
    return str(to_cents(total * (1 - Decimal(discount))))


def tax(net: str, rate: str) -> str:
    """Return the tax on a net amount; a rate of 0.05 stands for five per cent."""
    return str(to_cents(Decimal(net) * Decimal(rate)))
