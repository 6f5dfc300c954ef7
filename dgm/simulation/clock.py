"""A clock that stands still until an executor moves it to when something ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class VirtualClock:
    """The port Clock. Used by one thread."""

    start: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    passed_s: float = 0.0

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return self.start + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return self.passed_s

    def move_to(self, passed_s: float) -> None:
        """Let time pass until so many seconds have passed; never back."""
        self.passed_s = max(self.passed_s, passed_s)
