"""Measures of a list of numbers."""


def mean(numbers: list[float]) -> float:
    """Return the average."""
    return sum(numbers) / len(numbers)
