"""Runs work in the driver's own thread, one piece at a time, while the loop waits for it."""

from collections import deque

from dgm.cluster.node_worker import run_work
from dgm.ports import Handler, HandlerFactory
from dgm.values import STARTS, Finished, Work


class InlineExecutor:
    """One slot, in this process. A deadline is not enforced: nobody is left to look at the clock.

    Raises:
        DgmError: the machine lacks what the handler needs.
    """

    def __init__(self, factory: HandlerFactory) -> None:
        self._handler: Handler | None = factory()
        self._queue: deque[Work] = deque()

    @property
    def slots(self) -> int:
        """Always one."""
        return 1

    def submit(self, work: Work) -> None:
        """Queue work; `wait` runs it."""
        self._queue.append(work)

    def wait(self, timeout_s: float) -> tuple[Finished, ...]:
        """Run the oldest piece of work to its end, however long it takes; nothing when there is no time at all."""
        if self._handler is None or not self._queue or timeout_s <= 0:
            return ()
        return (run_work(self._handler, self._queue.popleft(), STARTS),)

    def close(self) -> None:
        """Drop what is queued and free the handler. Safe to call twice."""
        self._queue.clear()
        handler, self._handler = self._handler, None
        if handler is not None:
            handler.close()
