"""What an order costs."""

from quotes.lines import read


def total(text: str) -> str:
    """Return the price of an order, such as `12.50`."""
    cents = sum(line.count * line.cents for line in read(text))
    return f"{cents // 100}.{cents % 100:02}"
