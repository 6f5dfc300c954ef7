"""The order in which people are on duty."""

from roster.people import names


def order(text: str, week: int) -> list[str]:
    """Return who is on duty in a week, the first one first."""
    people = names(text)
    if not people:
        return []
    moved = week % len(people)
    return people[moved:] + people[:moved]
