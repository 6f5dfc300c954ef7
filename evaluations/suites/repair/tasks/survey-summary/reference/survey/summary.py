"""A summary of the answers to one question."""

from survey.answers import read
from survey.measures import mean


def summary(text: str) -> dict[str, float]:
    """Return the count of the answers, and their mean, lowest and highest where there are any."""
    numbers = read(text)
    if not numbers:
        return {"count": 0}
    return {"count": len(numbers), "mean": mean(numbers), "lowest": min(numbers), "highest": max(numbers)}
