"""The sizes of matrices."""

Matrix = list[list[float]]


def shape(a: Matrix) -> tuple[int, int]:
    """Return the numbers of rows and of columns. Raises ValueError when the rows differ in length."""
    lengths = {len(row) for row in a}
    if len(lengths) != 1:
        raise ValueError("the rows of a matrix must have the same length")
    return len(a), lengths.pop()
