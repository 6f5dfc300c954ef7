"""What is planned."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class Event:
    """`action` is to be called at `time`, and then every `interval` up to `last`, where they are set.

    Events of the same time stand in the order of `number`.
    """

    time: float
    number: int
    action: Callable[[], object] = field(compare=False)
    interval: float | None = field(default=None, compare=False)
    last: float | None = field(default=None, compare=False)
    over: bool = field(default=False, compare=False)

    def move_on(self) -> bool:
        """Set the time of the next call. Returns whether there is one."""
        if self.interval is None or self.over:
            return False
        self.time += self.interval
        return self.last is None or self.time <= self.last
