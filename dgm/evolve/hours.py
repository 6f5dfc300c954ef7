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
        self._held_s: float | None = None

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

    def hold(self) -> None:
        """Let the time stand still. Again changes nothing."""
        if self._held_s is None:
            self._held_s = self._clock.monotonic()

    def go_on(self) -> None:
        """Let the time go on, if it stood still."""
        if self._held_s is not None:
            self._rested_s += self._clock.monotonic() - self._held_s
            self._held_s = None

    @property
    def _here(self) -> float:
        now_s = self._clock.monotonic() if self._held_s is None else self._held_s
        return (now_s - self._started_s - self._rested_s) / 3600
