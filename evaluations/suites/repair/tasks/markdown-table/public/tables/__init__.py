from tables.markdown import render

__all__ = ["render"]
