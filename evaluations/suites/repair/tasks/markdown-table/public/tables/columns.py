"""The columns of a table."""

MINIMUM = 3  # Markdown wants three hyphens below a header


def pad(rows: list[list[str]], count: int) -> list[list[str]]:
    """Return the rows with exactly `count` cells each."""
    return [(row + [""] * count)[:count] for row in rows]


def widths(rows: list[list[str]]) -> list[int]:
    """Return the width of each column."""
    return [max(MINIMUM, *(len(cell) for cell in column)) for column in zip(*rows)]
