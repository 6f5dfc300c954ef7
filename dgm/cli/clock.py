"""The real clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Wall time in UTC and the machine's monotonic clock."""

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()
