"""Reading orders."""

from typing import NamedTuple


class Line(NamedTuple):
    """So many of one item, and what one of them costs."""

    count: int
    cents: int


def read(text: str) -> list[Line]:
    """Return the lines of an order; empty parts are left out."""
    lines = []
    for part in text.split(";"):
        if part.strip():
            count, price = part.strip().split("x")
            euros, cents = price.split(".")
            lines.append(Line(int(count), 100 * int(euros) + int(cents)))
    return lines
