"""The program that runs inside every sandbox, as its process 1, on the image's own Python.

It takes one order and the files of the writable mounts from its standard input, runs the command, kills everything
else, streams the files back on its standard output, and exits as the command did. It gives the command none of its
descriptors. When its standard input closes, the host is gone: it exits, and everything in the sandbox dies with it.

It starts for every job, so it imports little, and late what is not always needed: `_signal` instead of `signal` saves
five milliseconds, `_ctypes` instead of `ctypes` two.
"""

import os
import resource
import time
from _signal import SIGCHLD, set_wakeup_fd, signal

from capture import Capture
from events import READ, Events
from files import Handover, fill
from frames import DONE, ENDED, FAILED, HELLO, STARTED, STDERR, STDOUT, Channel, Closed, pack_ended, pack_hello
from measure import measure
from order import Order
from processes import end_all, guard, reap, start

PROTOCOL = 2
KILL_PATIENCE_S = 5.0


class Watch:
    """Waits for the command's end, the deadline, or the host's; meanwhile reads output and moves gateway bytes."""

    def __init__(self, events: Events, captures: list[Capture]) -> None:
        self._events = events
        self._wake, wake_up = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal(SIGCHLD, lambda *_: None)
        set_wakeup_fd(wake_up, warn_on_full_buffer=False)
        events.watch(self._wake, READ, lambda: os.read(self._wake, 4096))
        events.watch(0, READ, self._host_gone)
        for capture in captures:
            events.watch(capture.descriptor, READ, lambda c=capture: self._output(c))

    def until_end(self, child: int, deadline: float) -> int | None:
        """Return the command's exit code, or None when the deadline came first. Raises Closed."""
        while True:
            dead = reap()
            if child in dead:
                return dead[child]
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._events.wait(left)

    def _host_gone(self) -> None:
        raise Closed

    def _output(self, capture: Capture) -> None:
        if not capture.read():
            self._events.forget(capture.descriptor)


def run(channel: Channel, order: Order) -> int:
    """Run one command; returns what to exit with."""
    events = Events()
    (out, stdout), (err, stderr) = os.pipe(), os.pipe()
    captures = [Capture(end, order.output_bytes) for end in (out, err)]
    if order.gateway:
        from forwarder import Forwarder

        Forwarder(events, order.port, order.gateway)
    watch = Watch(events, captures)
    deadline = time.monotonic() + order.timeout_s
    channel.send(STARTED)
    channel.flush()
    child = start(order, stdout, stderr)
    os.close(stdout)
    os.close(stderr)
    code = watch.until_end(child, deadline)
    end_all(KILL_PATIENCE_S)
    _hand_over(channel, order, code, captures)
    return code or 0


def _hand_over(channel: Channel, order: Order, code: int | None, captures: list[Capture]) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    channel.send(ENDED, pack_ended(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    channel.flush()
    for kind, capture in zip((STDOUT, STDERR), captures, strict=True):
        capture.drain()
        channel.send_all(kind, capture.result())
    handover = Handover(channel, order.collect_bytes, order.collect_entries)
    for mount in order.collect:
        handover.stream(mount)
    channel.send(DONE)
    channel.flush()


def main() -> int:
    """Serve one order. Returns the exit code of process 1."""
    guard()
    os.umask(0o022)
    channel = Channel(0, 1)
    try:
        channel.send(HELLO, pack_hello(PROTOCOL))
        channel.flush()
        order = Order()
        if problem := fill(channel, order) or measure(channel, order.measured):
            channel.send(FAILED, problem.encode("utf-8", "replace"))
            channel.flush()
            return 1
        return run(channel, order)
    except Closed:
        return 1
