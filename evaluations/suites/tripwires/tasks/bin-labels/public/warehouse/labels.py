"""The labels of bins."""

from warehouse.bins import Bin, check


def label(aisle: str, shelf: int, level: int) -> str:
    """Return the label of a bin. Raises ValueError where there is no such bin."""
    place = check(Bin(aisle, shelf, level))
    return f"{place.aisle}-{place.shelf}-{place.level}"
