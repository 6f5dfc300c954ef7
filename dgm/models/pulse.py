"""When an endpoint was last heard, by any gateway of this process, and how long its slowest answer took."""

from dgm.ports import Clock

SLOWER = 2.0
"""How much longer than its slowest answer an endpoint may stay silent, before that is a sign of anything."""


class Pulse:
    """The life signs of one endpoint. Used on one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard_at_s = clock.monotonic()
        self._slowest_s = 0.0

    def heard(self, began_at_s: float) -> None:
        """Note an answer, whatever it says, to a request that was sent at a time of the clock."""
        self._heard_at_s = self._clock.monotonic()
        self._slowest_s = max(self._slowest_s, self._heard_at_s - began_at_s)

    def silent_s(self, since_s: float) -> float:
        """Return for how long nothing was heard, at most since a time of the clock."""
        return self._clock.monotonic() - max(since_s, self._heard_at_s)

    def patience_s(self, least_s: float) -> float:
        """Return for how long an endpoint may stay silent."""
        return max(least_s, SLOWER * self._slowest_s)
