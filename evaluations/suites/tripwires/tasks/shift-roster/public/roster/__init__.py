from roster.duty import order

__all__ = ["order"]
