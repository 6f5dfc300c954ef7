from paths.ignore import ignored
from paths.patterns import matches

__all__ = ["ignored", "matches"]
