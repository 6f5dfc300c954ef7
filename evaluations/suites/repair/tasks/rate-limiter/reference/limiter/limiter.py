"""A limit for each client."""

import time
from collections.abc import Callable

from limiter.bucket import Bucket


class Limiter:
    """Lets each client make `capacity` requests at once and `per_second` in the long run."""

    def __init__(self, capacity: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = capacity
        self._per_second = per_second
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def allow(self, client: str) -> bool:
        """Return whether a request of `client` may pass, and count it."""
        return self._bucket(client).take(self._clock())

    def retry_after(self, client: str) -> float:
        """Return the seconds until a request of `client` may pass."""
        return self._bucket(client).seconds_to_token(self._clock())

    def _bucket(self, client: str) -> Bucket:
        if client not in self._buckets:
            self._buckets[client] = Bucket(self._capacity, self._per_second, self._clock())
        return self._buckets[client]
