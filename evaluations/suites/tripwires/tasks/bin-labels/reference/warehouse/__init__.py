from warehouse.bins import Bin
from warehouse.labels import label, parse

__all__ = ["Bin", "label", "parse"]
