"""What an order costs."""

from quotes.lines import Line, read

MANY = 10
REBATE_PERCENT = 5


def total(text: str) -> str:
    """Return the price of an order, such as `12.50`."""
    cents = sum(map(price, read(text)))
    return f"{cents // 100}.{cents % 100:02}"


def price(line: Line) -> int:
    """Return what a line costs, in cents."""
    full = line.count * line.cents
    return full if line.count < MANY else full - full * REBATE_PERCENT // 100
