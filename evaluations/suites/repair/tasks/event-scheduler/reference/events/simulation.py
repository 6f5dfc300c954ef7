"""The clock and what it sets off."""

from collections.abc import Callable
from itertools import count

from events.agenda import Agenda
from events.event import Event


class Simulation:
    """Starts at time 0. Actions may plan further actions."""

    def __init__(self) -> None:
        self.now = 0.0
        self._agenda = Agenda()
        self._numbers = count()

    def at(self, time: float, action: Callable[[], object]) -> Event:
        """Plan to call `action` at `time`. Returns a handle. Raises ValueError for the past."""
        if time < self.now:
            raise ValueError(f"{time} is in the past, it is {self.now}")
        return self._add(Event(time, next(self._numbers), action))

    def every(self, interval: float, action: Callable[[], object], until: float | None = None) -> Event:
        """Plan to call `action` every `interval`, up to `until`. Returns a handle. Raises ValueError."""
        if interval <= 0:
            raise ValueError(f"an interval must be above 0, not {interval}")
        event = Event(self.now + interval, next(self._numbers), action, interval, until)
        if until is not None and event.time > until:
            event.over = True
            return event
        return self._add(event)

    def cancel(self, handle: Event) -> bool:
        """Call the action no more. Returns whether it would have been called."""
        if handle.over:
            return False
        handle.over = True
        self._agenda.remove(handle)
        return True

    def pending(self) -> int:
        """Return the number of events to come."""
        return len(self._agenda)

    def run(self, until: float) -> None:
        """Move the clock on to `until`, calling on the way what is planned."""
        while (event := self._agenda.pop_until(until)) is not None:
            self.now = event.time
            event.over = event.interval is None
            event.action()
            if event.move_on():
                event.number = next(self._numbers)
                self._agenda.add(event)
            else:
                event.over = True
        self.now = until

    def _add(self, event: Event) -> Event:
        self._agenda.add(event)
        return event
