"""Events in the order of their time."""

import heapq

from events.event import Event


class Agenda:
    def __init__(self) -> None:
        self._heap: list[Event] = []

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, event: Event) -> None:
        """Put an event in its place."""
        heapq.heappush(self._heap, event)

    def pop_until(self, time: float) -> Event | None:
        """Take out the earliest event if its time is not after `time`; else return None."""
        if not self._heap or self._heap[0].time > time:
            return None
        return heapq.heappop(self._heap)
