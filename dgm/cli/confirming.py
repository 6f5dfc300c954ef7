"""`dgm confirm`: a paired test of an agent on the holdout."""

import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path

import click

from dgm.archive import open_run
from dgm.cli import render
from dgm.cli.clock import SystemClock
from dgm.cli.confirmation_report import as_data, show_end
from dgm.cli.confirmation_work import Wishes, confirmed
from dgm.cli.inspecting import find_agent, json_option
from dgm.cli.session import EXIT
from dgm.cli.which_run import find_run, run_option
from dgm.evolve import Reason
from dgm.evolve.confirming import AGAINST, ConfirmationEnd
from dgm.values import Side

UNFINISHED = 6
"""Exit code where the budget of a confirmation ended first."""


def _sides(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[Side, ...] | None:  # noqa: ARG001
    names = [name.strip() for name in value.split(",")] if value is not None else None
    if names is not None and not set(names) <= {side.value for side in AGAINST}:
        raise click.BadParameter(f"{value!r}: give founder, parent, or both with a comma")
    return None if names is None else tuple(Side(name) for name in names)


@click.command()
@click.argument("agent")
@run_option
@click.option("--repeats", type=click.IntRange(1, 1000), help="Trials of each agent on each task.")
@click.option("--against", callback=_sides, help="founder, parent, or both.  [default: founder,parent]")
@click.option("--tasks", type=click.IntRange(1), help="How many tasks of the holdout.  [default: all]")
@click.option("--tokens", type=click.IntRange(1), help="The most tokens that it may use in all.")
@click.option("--cost-usd", type=click.FloatRange(0, min_open=True), help="The most dollars that it may cost in all.")
@click.option("--hours", type=click.FloatRange(0, min_open=True), help="The most hours that it may take in all.")
@click.option("--yes", is_flag=True, help="Begin without asking.")
@json_option
def confirm(
    agent: str,
    run_dir: Path | None,
    repeats: int | None,
    against: tuple[Side, ...] | None,
    tasks: int | None,
    tokens: int | None,
    cost_usd: float | None,
    hours: float | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Test on the holdout whether AGENT is better than its founder and its parent, also for the same tokens.

    The same call goes on with one that was stopped. Each further confirmation of a run asks for more.
    """
    wishes = Wishes(against, repeats, tasks, {"tokens": tokens, "cost_usd": cost_usd, "hours": hours})
    clock = SystemClock()
    with open_run(find_run(run_dir), clock) as run:
        with redirect_stdout(sys.stderr) if as_json else nullcontext():
            end = confirmed(run, find_agent(run.archive, agent).number, wishes, clock, ask=not yes)
        if as_json:
            render.print_json(as_data(run.archive, end))
        else:
            show_end(run.archive, end)
    raise SystemExit(_exit_code(end))


def _exit_code(end: ConfirmationEnd) -> int:
    if end.findings is None and end.reason is Reason.FINISHED:
        return UNFINISHED
    return EXIT[end.reason]
