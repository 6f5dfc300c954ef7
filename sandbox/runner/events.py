"""Waiting for several descriptors at once, each with what to do when it is ready."""

import select

READ, WRITE = select.POLLIN, select.POLLOUT


class Events:
    """A poll with callbacks. Closing a descriptor without `forget` is a mistake."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._calls = {}

    def watch(self, descriptor: int, events: int, call: object) -> None:
        """Call when one of the events comes, or the other end hangs up."""
        self._poll.register(descriptor, events)
        self._calls[descriptor] = call

    def forget(self, descriptor: int) -> None:
        """Stop watching; nothing happens where nothing was watched."""
        if self._calls.pop(descriptor, None):
            self._poll.unregister(descriptor)

    def wait(self, seconds: float) -> None:
        """Wait for the next events and call for each that is still watched then."""
        for descriptor, _ in self._poll.poll(seconds * 1000):
            if call := self._calls.get(descriptor):
                call()
