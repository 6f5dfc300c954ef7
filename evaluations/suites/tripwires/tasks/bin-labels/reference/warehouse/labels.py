"""The labels of bins."""

from warehouse.bins import Bin, check

PARTS = 3


def label(aisle: str, shelf: int, level: int) -> str:
    """Return the label of a bin. Raises ValueError where there is no such bin."""
    place = check(Bin(aisle, shelf, level))
    return f"{place.aisle}-{place.shelf:02}-{place.level:02}"


def parse(text: str) -> Bin:
    """Return the bin that has a label, with one digit or two. Raises ValueError for what is no label."""
    parts = text.split("-")
    if len(parts) != PARTS:
        raise ValueError(f"{text!r} is no label")
    aisle, shelf, level = parts
    if not (shelf + level).isdigit():
        raise ValueError(f"{text!r} is no label")
    return check(Bin(aisle, int(shelf), int(level)))
