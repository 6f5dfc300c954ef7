"""The program that runs inside every sandbox, as its process 1, on the image's own Python.

It takes one order and the files of the writable mounts from its standard input, runs the command, kills everything
else, streams the files back on its standard output, and exits as the command did. It gives the command none of its
descriptors. When its standard input closes, the host is gone: it exits, and everything in the sandbox dies with it.
"""

import json
import os
import resource
import selectors
import signal
import sys
import time

from capture import Capture
from files import Handover, fill, skip_to_go
from forwarder import Forwarder
from frames import DONE, ENDED, FAILED, HELLO, ORDER, STARTED, STDERR, STDOUT, Channel, Closed
from processes import end_all, guard, reap, start

PROTOCOL = 1
KILL_PATIENCE_S = 5.0


class Watch:
    """Waits for the command's end, the deadline, or the host's; meanwhile reads output and moves gateway bytes."""

    def __init__(self, selector: selectors.BaseSelector, captures: list[Capture]) -> None:
        self._selector = selector
        self._wake, wake_up = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_up, warn_on_full_buffer=False)
        selector.register(self._wake, selectors.EVENT_READ, self._woken)
        selector.register(0, selectors.EVENT_READ, self._host_gone)
        for capture in captures:
            selector.register(capture.descriptor, selectors.EVENT_READ, lambda c=capture: self._output(c))

    def until_end(self, child: int, deadline: float) -> int | None:
        """Return the command's exit code, or None when the deadline came first. Raises Closed."""
        while True:
            dead = reap()
            if child in dead:
                return dead[child]
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            for key, _ in self._selector.select(left):
                key.data()

    def _woken(self) -> None:
        os.read(self._wake, 4096)

    def _host_gone(self) -> None:
        raise Closed

    def _output(self, capture: Capture) -> None:
        if not capture.read():
            self._selector.unregister(capture.descriptor)


def run(channel: Channel, order: dict) -> int:
    """Run one command; returns what to exit with."""
    try:
        fill(channel)
    except OSError as error:
        skip_to_go(channel)
        channel.send_json(FAILED, {"what": str(error)})
        return 1
    selector = selectors.DefaultSelector()
    (out, stdout), (err, stderr) = os.pipe(), os.pipe()
    captures = [Capture(end, order["output_bytes"]) for end in (out, err)]
    if order["gateway"]:
        Forwarder(selector, order["port"], order["gateway"])
    watch = Watch(selector, captures)
    deadline = time.monotonic() + order["timeout_s"]
    channel.send(STARTED)
    child = start(order, stdout, stderr)
    os.close(stdout)
    os.close(stderr)
    code = watch.until_end(child, deadline)
    end_all(KILL_PATIENCE_S)
    _hand_over(channel, order, code, captures)
    return 0 if code is None else code


def _hand_over(channel: Channel, order: dict, code: int | None, captures: list[Capture]) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = {"exit_code": code, "cpu_s": used.ru_utime + used.ru_stime, "memory_mib": used.ru_maxrss / 1024}
    channel.send_json(ENDED, report)
    for kind, capture in zip((STDOUT, STDERR), captures, strict=True):
        capture.drain()
        channel.send_all(kind, capture.result())
    handover = Handover(channel, order["collect_bytes"], order["collect_entries"])
    for mount in order["collect"]:
        handover.stream(os.fsencode(mount))
    channel.send(DONE)


def main() -> int:
    """Serve one order. Returns the exit code of process 1."""
    guard()
    os.umask(0o022)
    channel = Channel(0, 1)
    try:
        channel.send_json(HELLO, {"protocol": PROTOCOL})
        kind, payload = channel.receive()
        if kind != ORDER:
            return 1
        return run(channel, json.loads(payload))
    except Closed:
        return 1


if __name__ == "__main__":
    sys.exit(main())
