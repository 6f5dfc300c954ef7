"""Wall time in which a driver worked on a run, banked in the archive now and then."""

from collections.abc import Callable

from dgm.ports import Clock

BANK_S = 60.0
"""How often the hours go to the archive, unless an executor keeps the loop waiting: see `open_books` for a kill."""


class Hours:
    """The hours of one loop.

    Args:
        add: adds hours to what the archive has.
        before: those of the run before this loop.
    """

    def __init__(self, add: Callable[[float], None], clock: Clock, before: float) -> None:
        self._add, self._clock, self._before = add, clock, before
        self._started_s, self._rested_s, self._banked = clock.monotonic(), 0.0, 0.0

    def pass_time(self) -> float:
        """Return the hours of the run until now."""
        if (self._here - self._banked) * 3600 >= BANK_S:
            self.bank()
        return self._before + self._here

    def bank(self) -> None:
        """Let the archive have what it does not have yet."""
        hours = self._here
        self._add(hours - self._banked)
        self._banked = hours

    def rest(self, wait: Callable[[], None]) -> None:
        """Wait without counting the time."""
        began_s = self._clock.monotonic()
        wait()
        self._rested_s += self._clock.monotonic() - began_s

    @property
    def _here(self) -> float:
        return (self._clock.monotonic() - self._started_s - self._rested_s) / 3600
