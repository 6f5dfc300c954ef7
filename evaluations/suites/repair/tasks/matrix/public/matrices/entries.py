"""Between text and exact numbers."""

from fractions import Fraction

Matrix = list[list[Fraction]]


def read(rows: list[list[str]]) -> Matrix:
    """Return the matrix in numbers. Raises ValueError when its rows differ in length."""
    if len({len(row) for row in rows}) != 1:
        raise ValueError("the rows of a matrix must have the same length")
    return [[Fraction(entry) for entry in row] for row in rows]


def write(matrix: Matrix) -> list[list[str]]:
    """Return the matrix in text."""
    return [[str(entry) for entry in row] for row in matrix]
