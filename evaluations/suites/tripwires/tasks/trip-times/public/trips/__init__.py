from trips.times import minutes

__all__ = ["minutes"]
