"""Two ends of a byte stream to a runner, with a deadline on every read and write.

Whatever sits at the other end cannot make the host wait longer, or hold more than one buffer.
"""

import os
import select
import time
from typing import Protocol, Self

_BUFFER = 1 << 18


class WireClosed(Exception):
    """The other end is gone."""


class WireTimeout(Exception):
    """The deadline came first."""


class Wire(Protocol):
    """A byte stream to a runner. Used by one thread."""

    def send(self, data: bytes, until: float) -> None:
        """Write all of it before `until` on the monotonic clock. Raises WireClosed, WireTimeout."""

    def receive(self, until: float) -> bytes:
        """Return at least one byte before `until` on the monotonic clock. Raises WireClosed, WireTimeout."""

    def close(self) -> None:
        """Let go of the stream, which ends the runner. Safe to call twice."""


class PipeWire:
    """A process's standard input and output."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = os.dup(reading), os.dup(writing)
        self._open = True
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)

    def send(self, data: bytes, until: float) -> None:
        """Write all of it before `until`."""
        left = memoryview(data)
        while left:
            wait(self._writing, select.POLLOUT, until)
            try:
                left = left[os.write(self._writing, left) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise WireClosed from error

    def receive(self, until: float) -> bytes:
        """Return at least one byte before `until`."""
        while True:
            wait(self._reading, select.POLLIN, until)
            try:
                data = os.read(self._reading, _BUFFER)
            except BlockingIOError:
                continue
            if not data:
                raise WireClosed
            return data

    def close(self) -> None:
        """Let go of both pipes."""
        if self._open:
            self._open = False
            os.close(self._writing)
            os.close(self._reading)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def wait(descriptor: int, events: int, until: float) -> None:
    """Wait until a descriptor is ready. Raises WireTimeout."""
    poll = select.poll()
    poll.register(descriptor, events)
    if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
        raise WireTimeout
