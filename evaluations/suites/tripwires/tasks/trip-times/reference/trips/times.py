"""How long trips take."""

from trips.legs import Leg

HOUR = 60


def minutes(legs: list[Leg]) -> int:
    """Return how long a trip takes."""
    return sum(leg.minutes for leg in legs)


def changes(legs: list[Leg]) -> int:
    """Return how often one changes."""
    return max(0, len(legs) - 1)


def shown(total: int) -> str:
    """Return a time for people."""
    return f"{total} min" if total < HOUR else f"{total // HOUR} h {total % HOUR:02} min"
