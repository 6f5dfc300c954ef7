from matrices.arithmetic import add, multiply

__all__ = ["add", "multiply"]
