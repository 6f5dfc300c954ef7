"""Determinants and inverses of square matrices, by elimination."""

from fractions import Fraction

from matrices.entries import Matrix, read, write


def determinant(a: list[list[str]]) -> str:
    """Return the determinant. Raises ValueError for a matrix that is not square."""
    return str(_eliminate(_read_square(a))[1])


def inverse(a: list[list[str]]) -> list[list[str]]:
    """Return the inverse. Raises ValueError where there is none."""
    matrix = _read_square(a)
    size = len(matrix)
    unit = [[Fraction(row == column) for column in range(size)] for row in range(size)]
    reduced, value = _eliminate([left + right for left, right in zip(matrix, unit)])
    if value == 0:
        raise ValueError("a matrix with the determinant 0 has no inverse")
    return write([row[size:] for row in reduced])


def _read_square(a: list[list[str]]) -> Matrix:
    matrix = read(a)
    if len(matrix) != len(matrix[0]):
        raise ValueError("only a square matrix has a determinant and an inverse")
    return matrix


def _eliminate(rows: Matrix) -> tuple[Matrix, Fraction]:
    """Bring the left square of `rows` to the unit matrix. Returns the rows and the determinant of that square."""
    value = Fraction(1)
    for at in range(len(rows)):
        pivot = next((row for row in range(at, len(rows)) if rows[row][at]), None)
        if pivot is None:
            return rows, Fraction(0)
        if pivot != at:
            rows[at], rows[pivot] = rows[pivot], rows[at]
            value = -value
        value *= rows[at][at]
        rows[at] = [entry / rows[at][at] for entry in rows[at]]
        for other in range(len(rows)):
            if other != at:
                factor = rows[other][at]
                rows[other] = [x - factor * y for x, y in zip(rows[other], rows[at])]
    return rows, value
