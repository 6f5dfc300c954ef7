from settings.layers import load

__all__ = ["load"]
