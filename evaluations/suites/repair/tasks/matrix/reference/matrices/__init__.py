from matrices.arithmetic import add, multiply
from matrices.square import determinant, inverse

__all__ = ["add", "determinant", "inverse", "multiply"]
