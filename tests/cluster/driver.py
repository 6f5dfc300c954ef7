"""A driver of its own, for tests that kill it or need a second cluster. Says what it did as JSON lines."""

import json
import sys

from dgm.cluster import RayExecutor
from dgm.errors import DgmError
from tests.cluster.handlers import LackingFactory, ObeyingFactory, work


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def work_and_hang() -> None:
    executor = RayExecutor(ObeyingFactory(), 1)
    executor.submit(work("pid", "pid"))
    finished = executor.wait(30)
    executor.submit(work("hang", "hang"))
    say(worker=int(finished[0].payload or b"0"))
    executor.wait(60)


def refuse() -> None:
    try:
        RayExecutor(LackingFactory(), 1)
    except DgmError as error:
        say(error=type(error).__name__, message=str(error))


if __name__ == "__main__":
    {"hang": work_and_hang, "refuse": refuse}[sys.argv[1]]()
