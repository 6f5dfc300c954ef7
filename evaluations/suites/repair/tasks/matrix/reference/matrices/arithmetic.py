"""Sums and products of matrices."""

from matrices.shapes import Matrix, shape


def add(a: Matrix, b: Matrix) -> Matrix:
    """Return the sum. Raises ValueError for matrices of different size."""
    if shape(a) != shape(b):
        raise ValueError(f"cannot add matrices of {shape(a)} and {shape(b)}")
    return [[x + y for x, y in zip(*rows)] for rows in zip(a, b)]


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """Return the product. Raises ValueError for matrices that do not fit."""
    if shape(a)[1] != shape(b)[0]:
        raise ValueError(f"cannot multiply matrices of {shape(a)} and {shape(b)}")
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def scale(a: Matrix, factor: float) -> Matrix:
    """Return the matrix with every number multiplied by `factor`."""
    return [[factor * number for number in row] for row in a]
