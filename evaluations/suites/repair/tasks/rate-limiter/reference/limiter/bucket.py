"""A bucket of tokens."""


class Bucket:
    """Holds at most `capacity` tokens and gains `per_second`. Starts full. Times are in seconds."""

    def __init__(self, capacity: float, per_second: float, now: float) -> None:
        self.capacity = capacity
        self.per_second = per_second
        self.tokens = float(capacity)
        self.updated = now

    def refill(self, now: float) -> None:
        """Add what was gained since the last time."""
        gained = (now - self.updated) * self.per_second
        self.tokens = min(self.capacity, self.tokens + gained)
        self.updated = now

    def take(self, now: float) -> bool:
        """Take a token. Returns whether there was one."""
        self.refill(now)
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def seconds_to_token(self, now: float) -> float:
        """Return how long it takes until there is a token."""
        self.refill(now)
        return max(0.0, 1 - self.tokens) / self.per_second
