"""Calls a function every second in the main thread though it is busy: for requests to a driver that works inline."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

EVERY_S = 1.0


@contextmanager
def every_second(look: Callable[[], None]) -> Iterator[None]:
    """Let an alarm of the system call `look` between two steps of whatever the main thread does.

    Only the main thread may enter. What `look` raises is raised there.
    """

    def ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
        look()

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, EVERY_S, EVERY_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
