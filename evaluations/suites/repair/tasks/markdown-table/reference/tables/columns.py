"""The columns of a table."""

import re

MINIMUM = 3  # Markdown wants three hyphens below a header

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")


def pad(rows: list[list[str]], count: int) -> list[list[str]]:
    """Return the rows with exactly `count` cells each."""
    return [(row + [""] * count)[:count] for row in rows]


def widths(rows: list[list[str]]) -> list[int]:
    """Return the width of each column."""
    return [max(MINIMUM, *(len(cell) for cell in column)) for column in zip(*rows)]


def numeric(rows: list[list[str]]) -> list[bool]:
    """Return for each column whether it holds numbers and, but for empty cells, nothing else."""
    columns = [[cell for cell in column if cell] for column in zip(*rows)]
    return [bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells) for cells in columns]
