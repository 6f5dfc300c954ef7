"""The clock and what it sets off."""

from collections.abc import Callable

from events.agenda import Agenda
from events.event import Event


class Simulation:
    """Starts at time 0. Actions may plan further actions."""

    def __init__(self) -> None:
        self.now = 0.0
        self._agenda = Agenda()

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Plan to call `action` at `time`. Raises ValueError for the past."""
        if time < self.now:
            raise ValueError(f"{time} is in the past, it is {self.now}")
        self._agenda.add(Event(time, action))

    def run(self, until: float) -> None:
        """Move the clock on to `until`, calling on the way what is planned."""
        while (event := self._agenda.pop_until(until)) is not None:
            self.now = event.time
            event.action()
        self.now = until
