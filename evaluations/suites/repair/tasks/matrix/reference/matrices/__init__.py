from matrices.arithmetic import add, multiply
from matrices.square import determinant

__all__ = ["add", "determinant", "multiply"]
