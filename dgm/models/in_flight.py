"""A gateway's requests that are at the endpoint now, and a silence in which none is.

An endpoint that one agent keeps busy turns the host's question away too: that must not look like its failure.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from dgm.models.faults import FaultKind, UpstreamFault
from dgm.models.tries import Ending, failed

_INTERRUPTED = "the call was interrupted, since another one failed: ask less at once"


class InFlight:
    """All requests of one gateway. Used on one event loop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Ending]] = set()
        self._may_begin = asyncio.Event()
        self._may_begin.set()

    def __bool__(self) -> bool:
        return bool(self._running)

    async def run(self, send: Callable[[], Coroutine[Any, Any, Ending]]) -> Ending:
        """Send a request as soon as there is no silence; one that a silence interrupts has failed."""
        await self._may_begin.wait()
        task = asyncio.ensure_future(send())
        self._running.add(task)
        try:
            await asyncio.wait({task})
        finally:  # the caller may be gone, and this cancelled
            self._running.discard(task)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if task.cancelled():
            return failed(UpstreamFault(FaultKind.PASSING, _INTERRUPTED, worked=True))
        return task.result()

    @asynccontextmanager
    async def silence(self) -> AsyncIterator[None]:
        """Interrupt every request, and let none begin before the end of the context."""
        self._may_begin.clear()
        try:
            running = tuple(self._running)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            yield
        finally:
            self._may_begin.set()
