from warehouse.bins import Bin
from warehouse.labels import label

__all__ = ["Bin", "label"]
