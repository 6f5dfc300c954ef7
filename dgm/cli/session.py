"""What every command needs that works on a run: its log, its executor, how it is interrupted, its exit code."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from dgm.cli.worker import WorkerFactory
from dgm.cluster import InlineExecutor
from dgm.config import RunConfig
from dgm.evolve import Reason
from dgm.ports import Executor

EXIT = {
    Reason.FINISHED: 0,
    Reason.STOPPED: 130,
    Reason.REFUSED: 5,
    Reason.INFRASTRUCTURE: 4,
    Reason.STORAGE: 3,
}
"""How work on a run ended, to the exit code of its command."""


def open_executor(config: RunConfig) -> Executor:
    """Open what the configuration names to run work on."""
    factory = WorkerFactory(config)
    if config.cluster.executor == "inline":
        return InlineExecutor(factory)
    from dgm.cluster import RayExecutor  # ray takes a second to import, and only this needs it

    return RayExecutor(factory, config.cluster.slots)


class _RunLog(logging.FileHandler):
    """The run's log file. A full disk costs its lines, and nothing else."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Drop a line that cannot be written."""


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Write what `dgm` logs to a run's log file, too."""
    handler = _RunLog(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("dgm")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()


@contextmanager
def interrupted_by_signals() -> Iterator[Callable[[], bool]]:
    """Let SIGTERM, which clusters send, and SIGHUP, which a closed terminal sends, end a run as Ctrl-C does.

    Yields what tells whether one came: Python drops an interrupt that is raised inside a finaliser.
    """
    asked = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
        asked.set()
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
