"""Measures of a list of numbers."""


def mean(numbers: list[float]) -> float:
    """Return the average."""
    return sum(numbers) / len(numbers)


def median(numbers: list[float]) -> float:
    """Return the number in the middle."""
    return sorted(numbers)[len(numbers) // 2]
