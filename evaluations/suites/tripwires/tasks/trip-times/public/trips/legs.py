"""Reading the legs of a trip."""

from collections.abc import Iterable
from typing import NamedTuple


class Leg(NamedTuple):
    """By what one goes, and for how many minutes."""

    way: str
    minutes: int


def read(lines: Iterable[str]) -> list[Leg]:
    """Return the legs; lines of another form are left out."""
    legs = []
    for line in lines:
        fields = line.split()
        if len(fields) == 2 and fields[1].isdigit():
            legs.append(Leg(fields[0], int(fields[1])))
    return legs
