"""Runs work on a virtual clock: a piece of work takes the seconds that its outcome says it took, and no time at all."""

from collections import deque
from heapq import heappop, heappush

from dgm.ports import Handler
from dgm.simulation.clock import VirtualClock
from dgm.values import Finished, Work


class VirtualExecutor:
    """The port Executor. Workers never die; work that outlasts its deadline is lost at it."""

    def __init__(self, handler: Handler, clock: VirtualClock, slots: int) -> None:
        self._handler, self._clock, self._slots = handler, clock, slots
        self._queue: deque[Work] = deque()
        self._running: list[tuple[float, int, Finished]] = []
        self._started = 0
        self._worked_s = 0.0
        self._when_full = (0.0, 0.0)

    @property
    def slots(self) -> int:
        """How many pieces of work run at once."""
        return self._slots

    @property
    def busy_share(self) -> float:
        """Share of all slots' time, up to now, in which they worked."""
        return self._share(self._clock.passed_s, self._worked_s)

    @property
    def busy_before_drain(self) -> float:
        """The same up to when every slot was busy for the last time: later, nothing is left to start."""
        return self._share(*self._when_full)

    def submit(self, work: Work) -> None:
        """Start work, or queue it when every slot is busy."""
        if len(self._running) < self._slots:
            self._start(work)
        else:
            self._queue.append(work)

    def wait(self, timeout_s: float) -> tuple[Finished, ...]:
        """Go on to the next end of work, however far away it is; with no time at all, return what has ended by now."""
        if not self._running:
            return ()
        if timeout_s > 0:
            self._worked_s += len(self._running) * (self._running[0][0] - self._clock.passed_s)
            self._clock.move_to(self._running[0][0])
        finished = []
        while self._running and self._running[0][0] <= self._clock.passed_s:
            finished.append(heappop(self._running)[2])
            if self._queue:
                self._start(self._queue.popleft())
        return tuple(finished)

    def close(self) -> None:
        """Drop what runs and what is queued. Safe to call twice."""
        self._queue.clear()
        self._running.clear()
        self._handler.close()

    def _start(self, work: Work) -> None:
        outcome = self._handler(work)
        seconds = outcome.spent.seconds
        finished = Finished(work.work_id, outcome)
        if seconds > work.deadline_s:
            seconds = work.deadline_s
            finished = Finished(work.work_id, None, f"no answer within {seconds:.0f} s: its worker is taken as lost")
        self._started += 1
        heappush(self._running, (self._clock.passed_s + seconds, self._started, finished))
        if len(self._running) == self._slots:
            self._when_full = (self._clock.passed_s, self._worked_s)

    def _share(self, passed_s: float, worked_s: float) -> float:
        return worked_s / (self._slots * passed_s) if passed_s else 0.0
