"""`dgm run` and `dgm resume`."""

from pathlib import Path

import click

from dgm.archive import Run, create_run, open_run
from dgm.cli.asking import answer_requests, ask, is_paused
from dgm.cli.clock import SystemClock
from dgm.cli.founders import founder_tree
from dgm.cli.overseeing import by_option, say
from dgm.cli.preparing import announce_sandbox, pin, requiring
from dgm.cli.searching import search
from dgm.cli.which_run import find_run, new_run_folder, run_option, shown_path
from dgm.config import RunConfig, dump_config, load_config, parse_config
from dgm.errors import ConfigError, RunLocked
from dgm.evaluations import suite_from_tree, suite_tree, tripwires_tree
from dgm.evolve import staging_of
from dgm.values import Command

CHANGEABLE = ("budget", "leases", "models", "sandbox", "cluster", "confirm", "oversight")
"""Sections and keys of run.toml that `dgm resume --set` may change."""

set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change one value, such as budget.hours=2."
)


require_option = click.option(
    "--require-level",
    "levels",
    multiple=True,
    metavar="LEVEL",
    help="Work only where this is proved: an engine at least so strong, or a property that `dgm doctor` names.",
)


@click.command()
@click.argument("config_path", metavar="[RUN.TOML]", type=click.Path(path_type=Path), default="run.toml")
@set_option
@click.option("--sandbox", "engine", type=click.Choice(["auto", "docker", "bubblewrap"]), help="Where code runs.")
@require_option
@click.option("--run", "run_dir", type=click.Path(path_type=Path), help="The new folder. [default: named by the time]")
def run(
    config_path: Path, overrides: tuple[str, ...], engine: str | None, levels: tuple[str, ...], run_dir: Path | None
) -> None:
    """Start a search as RUN.TOML says, `run.toml` where left out. Ctrl-C stops it; `dgm resume` goes on."""
    if engine is not None:
        overrides = (*overrides, f"sandbox.engine={engine}")
    config = requiring(_load(config_path, overrides), levels)
    clock = SystemClock()
    assets = {"suite": suite_tree(config.suite.name)}
    staging_of(config, suite_from_tree(assets["suite"]))
    if tripwires := tripwires_tree(config.suite.tripwires, assets["suite"]):
        assets["tripwires"] = tripwires
    assets |= {f"founders/{_founder_name(name)}": founder_tree(name) for name in config.founders}
    config = pin(config, announce_sandbox(config))
    folder = run_dir or new_run_folder(config.name, clock.now())
    with create_run(folder, dump_config(config), assets, clock) as made:
        click.echo(f"Run: {shown_path(folder)}")
        raise SystemExit(search(made, config, clock))


@click.command()
@run_option
@set_option
@require_option
@by_option
def resume(run_dir: Path | None, overrides: tuple[str, ...], levels: tuple[str, ...], by: str) -> None:
    """Go on with a run that was stopped, killed or paused. A larger budget: --set budget.hours=4."""
    folder = find_run(run_dir)
    try:
        opened = open_run(folder, SystemClock())
    except RunLocked:
        if overrides or levels or not is_paused(folder):
            raise
        say(ask(folder, Command.RESUME, by=by))
        return
    with opened:
        answer_requests(opened)
        raise SystemExit(_go_on(opened, overrides, levels))


def _go_on(opened: Run, overrides: tuple[str, ...], levels: tuple[str, ...]) -> int:
    before = parse_config(opened.config_toml, source=shown_path(opened.folder / "run.toml"))
    config = requiring(parse_config(opened.config_toml, overrides, source="run.toml with --set"), levels)
    _check_change(before, config)
    config = pin(config, announce_sandbox(config))
    if changes := (*overrides, *(f"--require-level {level}" for level in levels)):
        opened.change_config(dump_config(config))
        opened.archive.add_event("config", f"changed by the user: {', '.join(changes)}")
    click.echo(f"Run: {shown_path(opened.folder)}")
    return search(opened, config, SystemClock())


def _check_change(before: RunConfig, after: RunConfig) -> None:
    """Let a resume change means, and never what is measured or searched: scores would not be of one experiment."""
    for section in RunConfig.model_fields:
        if section not in CHANGEABLE and getattr(before, section) != getattr(after, section):
            raise ConfigError(f"a resume cannot change {section!r}, only {', '.join(CHANGEABLE)}: start another run")


def _load(config_path: Path, overrides: tuple[str, ...]) -> RunConfig:
    if not config_path.exists():
        raise ConfigError(f"there is no {str(config_path)!r}: write one with `dgm init {config_path}`")
    config = load_config(config_path, overrides)
    names = [_founder_name(name) for name in config.founders]
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"founders: name at least one agent, each once; given: {', '.join(names) or 'none'}")
    return config


def _founder_name(name_or_path: str) -> str:
    return Path(name_or_path).name
