"""Measures of a list of numbers."""


def mean(numbers: list[float]) -> float:
    """Return the average."""
    return sum(numbers) / len(numbers)


def median(numbers: list[float]) -> float:
    """Return the number in the middle, or half way between the two in the middle."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    return (ordered[(len(ordered) - 1) // 2] + ordered[middle]) / 2
