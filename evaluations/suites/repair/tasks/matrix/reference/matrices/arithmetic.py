"""Sums and products of matrices."""

from matrices.entries import read, write


def add(a: list[list[str]], b: list[list[str]]) -> list[list[str]]:
    """Return the sum. Raises ValueError for matrices of different size."""
    left, right = read(a), read(b)
    if len(left) != len(right) or len(left[0]) != len(right[0]):
        raise ValueError("only matrices of the same size can be added")
    return write([[x + y for x, y in zip(*rows)] for rows in zip(left, right)])


def multiply(a: list[list[str]], b: list[list[str]]) -> list[list[str]]:
    """Return the product. Raises ValueError for matrices that do not fit."""
    left, right = read(a), read(b)
    if len(left[0]) != len(right):
        raise ValueError("the first must have as many columns as the second has rows")
    return write([[sum(x * y for x, y in zip(row, column)) for column in zip(*right)] for row in left])


def transpose(a: list[list[str]]) -> list[list[str]]:
    """Return the matrix with its rows as columns."""
    return write([list(column) for column in zip(*read(a))])
