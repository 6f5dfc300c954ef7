"""Rooms and what is booked in them."""

from bookings.slots import Slot, gaps, merge


class Room:
    """A room with opening hours. Meetings may share it."""

    def __init__(self, name: str, opening: int = 480, closing: int = 1080) -> None:
        self.name = name
        self.opening = opening
        self.closing = closing
        self.bookings: list[Slot] = []

    def book(self, start: int, end: int) -> None:
        """Add a meeting. Raises ValueError outside the opening hours."""
        if not self.opening <= start < end <= self.closing:
            raise ValueError(f"{self.name} cannot be booked from {start} to {end}")
        self.bookings.append(Slot(start, end))

    def free(self) -> list[Slot]:
        """Return the slots in which nobody is in the room."""
        return gaps(self.bookings, self.opening, self.closing)

    def busy_minutes(self) -> int:
        """Return for how long somebody is in the room."""
        return sum(slot.end - slot.start for slot in merge(self.bookings))
