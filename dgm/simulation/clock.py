"""A clock that stands still until an executor moves it to when something ends."""

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """The port Clock. Used by one thread."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = self._now = start
        self.passed_s = 0.0

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return self.passed_s

    def move_to(self, passed_s: float) -> None:
        """Let time pass until so many seconds have passed; never back."""
        self.passed_s = max(self.passed_s, passed_s)
        self._now = self._start + timedelta(seconds=self.passed_s)
