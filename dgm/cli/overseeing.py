"""`dgm pause`, `stop`, `veto` and `approve`: a person's word on a run, whether a driver is at work or not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dgm.archive import Run, open_run
from dgm.cli.asking import ANSWER_S, ask
from dgm.cli.clock import SystemClock
from dgm.cli.inspecting import find_agent, reading
from dgm.cli.which_run import find_run, run_option
from dgm.config import parse_config
from dgm.errors import ConfigError
from dgm.evaluations import suite_of_run
from dgm.evolve import Oversight, oversight_of
from dgm.values import OPERATOR, Command, Event, plain

MAX_NAME = 64
MAX_REASON = 2000
MOST_NAMED = 8


def _name(context: click.Context, parameter: click.Parameter, value: str) -> str:  # noqa: ARG001 - click's signature
    if not value.strip() or len(value) > MAX_NAME:
        raise ConfigError(f"--by takes a name of 1 to {MAX_NAME} characters")
    return plain(value.strip())


def _reason(context: click.Context, parameter: click.Parameter, value: str) -> str:  # noqa: ARG001 - click's signature
    if len(value) > MAX_REASON:
        raise ConfigError(f"--reason takes at most {MAX_REASON} characters")
    return plain(value)


by_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--by", default=OPERATOR, show_default=True, callback=_name, help="Your name, as it shall stand in the log."
)
reason_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--reason", default="", callback=_reason, help="Why; it stands in the log."
)


@click.command()
@run_option
@by_option
@reason_option
def pause(run_dir: Path | None, by: str, reason: str) -> None:
    """Let a run start nothing new. What is under way ends; then the hours stop. `dgm resume` goes on."""
    say(ask(find_run(run_dir), Command.PAUSE, by=by, reason=reason))


@click.command()
@run_option
@by_option
@reason_option
def stop(run_dir: Path | None, by: str, reason: str) -> None:
    """End a run as Ctrl-C does: what is under way is given up and charged. `dgm resume` goes on."""
    say(ask(find_run(run_dir), Command.STOP, by=by, reason=reason))


@click.command()
@click.argument("agent")
@run_option
@by_option
@reason_option
def veto(agent: str, run_dir: Path | None, by: str, reason: str) -> None:
    """Never let AGENT and its clade be parents. Only `dgm approve` of the same agent lifts it."""
    _judge(agent, run_dir, Command.VETO, by, reason)


@click.command()
@click.argument("agent")
@run_option
@by_option
@reason_option
def approve(agent: str, run_dir: Path | None, by: str, reason: str) -> None:
    """Vouch for AGENT's source: lift what was said of it, and let it be a parent where it waits for a person."""
    _judge(agent, run_dir, Command.APPROVE, by, reason)


def _judge(label: str, run_dir: Path | None, command: Command, by: str, reason: str) -> None:
    folder = find_run(run_dir)
    with reading(folder) as run:
        agent = find_agent(run.archive, label).number
    answer = ask(folder, command, by=by, agent=agent, reason=reason)
    say(answer)
    if answer is not None:
        with open_run(folder, SystemClock(), readonly=True) as run:
            click.echo(_what_follows(_oversight(run), agent))


def say(answer: Event | None) -> None:
    """Print what became of a request, and the head of the log that proves it."""
    if answer is None:
        click.echo(
            f"queued: the driver has not answered within {ANSWER_S:.0f} s. It handles what is asked before it starts "
            "anything else; `dgm log` shows the answer."
        )
        return
    click.echo(plain(answer.text))
    click.echo(f"log: entry {answer.event_id}, head {answer.sha256}")
    click.echo("Keep the head: `dgm audit --head` proves with it that nothing up to this entry was changed.")


def _oversight(run: Run) -> Oversight:
    return oversight_of(parse_config(run.config_toml), suite_of_run(run.assets), run.archive)


def _what_follows(oversight: Oversight, agent: int) -> str:
    bar, cause = oversight.bar(agent), oversight.cause(agent)
    if bar is None:
        return f"a{agent} may be a parent, where retention lets it."
    if cause is not None and cause.agent != agent:
        return f"a{agent} may still not be a parent: a{cause.agent}, above it, is {bar}. `dgm approve a{cause.agent}`"
    below = oversight.clade(agent)[1:]
    named = ", ".join(f"a{number}" for number in below[:MOST_NAMED]) + (", ..." if len(below) > MOST_NAMED else "")
    with_it = f", nor any of its {len(below)} descendants: {named}" if below else ""
    return f"a{agent} may not be a parent ({bar}){with_it}."
