"""One search on an open run: adapters, loop, progress, and what is shown at the end."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import click

from dgm.archive import Run
from dgm.cli import render
from dgm.cli.attending import every_second
from dgm.cli.inspecting import show_view, view_of
from dgm.cli.preparing import local_server, model_names_of
from dgm.cli.progress import ended, summary, watcher
from dgm.cli.session import EXIT, interrupted_by_signals, logging_to, open_executor
from dgm.cli.which_run import shown_path
from dgm.config import RunConfig
from dgm.evaluations import suite_of_run
from dgm.evolve import Loop, Observer, Progress, Reason, RunEnd
from dgm.ports import Clock
from dgm.values import Tree, plain

_log = logging.getLogger(__name__)


def search(run: Run, config: RunConfig, clock: Clock) -> int:
    """Search until the budget ends or it is stopped, show the archive, and return the exit code.

    Raises:
        DgmError: as the loop and the adapters do.
    """
    with logging_to(run.log_path), interrupted_by_signals() as asked_to_stop:
        try:
            end = _loop_to_the_end(run, config, clock, asked_to_stop)
        except Exception:
            _log.exception("the search broke off")
            raise
    click.echo()
    show_view(view_of(run))
    _say_how_it_ended(run, end)
    return EXIT[end.reason]


def _loop_to_the_end(run: Run, config: RunConfig, clock: Clock, asked_to_stop: Callable[[], bool]) -> RunEnd:
    suite = suite_of_run(run.assets)
    try:
        with local_server(config, run.folder / "llama.log") as reachable:
            names = model_names_of(reachable)
            executor = open_executor(reachable)
            founders = _founders(run, config)
            with watcher(render.console(), summary, ended) as watching:
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
                    inbox=run.inbox,
                    attending=every_second if config.cluster.executor == "inline" else nullcontext,
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


def _say_how_it_ended(run: Run, end: RunEnd) -> None:
    click.echo(f"\n{end.reason}: {end.detail}".rstrip(": "))
    for work in end.lost:
        click.echo(f"  lost and charged whole: {work}")
    folder = shown_path(run.folder)
    best = f"a{end.best.agent}" if end.best else "a0"
    if end.reason is not Reason.FINISHED:
        click.echo(f"Nothing recorded is lost. Go on with: dgm resume --run {folder}")
    click.echo(f"Look further: dgm show {best} | dgm diff {best} | dgm log | dgm export {best} DIR   (--run {folder})")
