"""How long trips take."""

from trips.legs import Leg


def minutes(legs: list[Leg]) -> int:
    """Return how long a trip takes."""
    return sum(leg.minutes for leg in legs)


def shown(total: int) -> str:
    """Return a time for people."""
    return f"{total} min"
