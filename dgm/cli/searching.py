"""One search on an open run: adapters, loop, progress, and what is shown at the end."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from dgm.archive import Run
from dgm.cli import render
from dgm.cli.inspecting import show_view, view_of
from dgm.cli.preparing import local_server, model_names_of
from dgm.cli.progress import watcher
from dgm.cli.which_run import shown_path
from dgm.cli.worker import WorkerFactory
from dgm.cluster import InlineExecutor
from dgm.config import RunConfig
from dgm.evaluations import suite_from_tree
from dgm.evolve import Loop, Observer, Progress, Reason, RunEnd
from dgm.ports import Clock, Executor
from dgm.values import Tree, plain

_log = logging.getLogger(__name__)

_EXIT = {
    Reason.FINISHED: 0,
    Reason.STOPPED: 130,
    Reason.REFUSED: 5,
    Reason.INFRASTRUCTURE: 4,
    Reason.STORAGE: 3,
}


def search(run: Run, config: RunConfig, clock: Clock) -> int:
    """Search until the budget ends or it is stopped, show the archive, and return the exit code.

    Raises:
        DgmError: as the loop and the adapters do.
    """
    with _logging_to(run.log_path), _interrupted_by_signals() as asked_to_stop:
        try:
            end = _loop_to_the_end(run, config, clock, asked_to_stop)
        except Exception:
            _log.exception("the search broke off")
            raise
    click.echo()
    show_view(view_of(run))
    _say_how_it_ended(run, end)
    return _EXIT[end.reason]


def _loop_to_the_end(run: Run, config: RunConfig, clock: Clock, asked_to_stop: Callable[[], bool]) -> RunEnd:
    suite = suite_from_tree(run.assets["suite"])
    try:
        with local_server(config, run.folder / "llama.log") as reachable:
            names = model_names_of(reachable)
            executor = _executor(reachable)
            founders = _founders(run, config)
            with watcher(render.console()) as watching:
                observer = _logged(watching)
                return Loop(
                    reachable,
                    suite,
                    founders,
                    names,
                    run.archive,
                    executor,
                    clock,
                    observer=observer,
                    stop=asked_to_stop,
                ).run()
    except KeyboardInterrupt:
        return RunEnd(Reason.STOPPED, "interrupted before work began", (), None)


def _logged(observer: Observer) -> Observer:
    """Write what happens to the run's log, too."""

    def tell(progress: Progress) -> None:
        for event in progress.events:
            _log.info(plain(event))
        observer(progress)

    return tell


def _founders(run: Run, config: RunConfig) -> dict[str, Tree]:
    names = [Path(name).name for name in config.founders]
    return {name: run.assets[f"founders/{name}"] for name in names}


def _executor(config: RunConfig) -> Executor:
    factory = WorkerFactory(config)
    if config.cluster.executor == "inline":
        return InlineExecutor(factory)
    from dgm.cluster import RayExecutor  # ray takes a second to import, and only this needs it

    return RayExecutor(factory, config.cluster.slots)


def _say_how_it_ended(run: Run, end: RunEnd) -> None:
    click.echo(f"\n{end.reason}: {end.detail}".rstrip(": "))
    for work in end.lost:
        click.echo(f"  lost and charged whole: {work}")
    folder = shown_path(run.folder)
    best = f"a{end.best.agent}" if end.best else "a0"
    if end.reason is not Reason.FINISHED:
        click.echo(f"Nothing recorded is lost. Go on with: dgm resume --run {folder}")
    click.echo(f"Look further: dgm show {best} | dgm diff {best} | dgm log | dgm export {best} DIR   (--run {folder})")


class _RunLog(logging.FileHandler):
    """The run's log file. A full disk costs its lines, and nothing else."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Drop a line that cannot be written."""


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
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
def _interrupted_by_signals() -> Iterator[Callable[[], bool]]:
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
