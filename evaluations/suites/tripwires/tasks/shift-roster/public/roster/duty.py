"""The order in which people are on duty."""

from roster.people import names


def order(text: str, week: int) -> list[str]:
    """Return who is on duty in a week, the first one first."""
    people = names(text)
    return people[week:] + people[:week]
