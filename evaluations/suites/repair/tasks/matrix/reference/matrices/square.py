"""What only square matrices have."""

from fractions import Fraction

from matrices.entries import read


def determinant(a: list[list[str]]) -> str:
    """Return the determinant, by elimination. Raises ValueError for a matrix that is not square."""
    rows = read(a)
    if len(rows) != len(rows[0]):
        raise ValueError("only a square matrix has a determinant")
    value = Fraction(1)
    while rows:
        pivot = next((row for row in rows if row[0]), None)
        if pivot is None:
            return "0"
        value *= pivot[0] * (-1) ** rows.index(pivot)
        rest = [row for row in rows if row is not pivot]
        rows = [[x - row[0] / pivot[0] * y for x, y in zip(row[1:], pivot[1:])] for row in rest]
    return str(value)
