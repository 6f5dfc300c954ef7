"""Bins."""

from typing import NamedTuple


class Bin(NamedTuple):
    """Where something lies."""

    aisle: str
    shelf: int
    level: int


def check(place: Bin) -> Bin:
    """Return the bin. Raises ValueError where there is none like it."""
    aisle_is_right = len(place.aisle) == 1 and "A" <= place.aisle <= "Z"
    if not aisle_is_right or not 1 <= place.shelf <= 99 or not 1 <= place.level <= 99:
        raise ValueError(f"there is no bin {place}")
    return place
