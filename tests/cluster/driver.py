"""A driver of its own, for tests that kill it or need a second cluster. Says what it did as JSON lines."""

import itertools
import json
import sys
from pathlib import Path

from dgm.cluster import RayExecutor
from dgm.errors import DgmError
from tests.cluster.handlers import LackingFactory, ObeyingFactory, OpensOnceFactory, work


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def work_and_hang() -> None:
    executor = RayExecutor(ObeyingFactory(), 1)
    executor.submit(work("pid", "pid"))
    finished = executor.wait(30)
    executor.submit(work("hang", "hang"))
    say(worker=int(finished[0].outcome.detail))
    executor.wait(60)


def refuse() -> None:
    try:
        RayExecutor(LackingFactory(), 1)
    except DgmError as error:
        say(error=type(error).__name__, message=str(error))


def fail_to_open_again() -> None:
    """Each look at the clock after the start finds it half a minute later."""
    seconds = itertools.count(step=30)
    executor = RayExecutor(OpensOnceFactory(Path.home() / "opened"), 1, monotonic=lambda: float(next(seconds)))
    executor.submit(work("w", "die", deadline_s=1e9))
    (lost,) = executor.wait(1e9)
    say(outcome=lost.outcome, retries=lost.retries, error=lost.error, slots=executor.slots)
    executor.close()


if __name__ == "__main__":
    {"hang": work_and_hang, "refuse": refuse, "open once": fail_to_open_again}[sys.argv[1]]()
