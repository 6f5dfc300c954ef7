from bookings.rooms import Room
from bookings.slots import Slot

__all__ = ["Room", "Slot"]
