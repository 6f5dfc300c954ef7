"""`dgm plan`: what a run is to be expected to cost and to come to, before it is started."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from dgm.cli import render
from dgm.cli.inspecting import json_option, reading
from dgm.cli.launching import set_option
from dgm.cli.simulating import WIDTH
from dgm.config import ModelsSection, RunConfig, load_config
from dgm.errors import ConfigError, PriceUnknown
from dgm.evaluations import suite_from_tree, suite_tree
from dgm.models import find_price
from dgm.simulation import (
    FAMILIES,
    STRATEGIES,
    Assumed,
    Expected,
    Measured,
    PlanRow,
    SimulatedRun,
    assume,
    cases_of,
    family_of,
    run_all,
)
from dgm.values import Price

ABLATIONS = ("greedy", "random", "no-archive", "no-self-improvement")
"""Not shown beside the run's own strategy unless they are asked for."""

WORTH_A_PROCESS = 10
"""Simulated runs: fewer are done before another process has started."""


@click.command()
@click.argument("config_path", metavar="[RUN.TOML]", type=click.Path(path_type=Path), default="run.toml")
@set_option
@click.option("--like", type=click.Path(path_type=Path), help="An earlier run, to take costs from.")
@click.option("--strategy", "strategies", multiple=True, type=click.Choice(STRATEGIES), help="Also with this one.")
@click.option("--slots", "others", multiple=True, type=click.IntRange(1), help="Also with so many slots.")
@click.option("--family", type=click.Choice([*FAMILIES]), default="calibrated", show_default=True,
              help="How edits change agents.")  # fmt: skip
@click.option("--seeds", type=click.IntRange(1), default=20, show_default=True, help="Simulated runs of each way.")
@json_option
def plan(
    config_path: Path,
    overrides: tuple[str, ...],
    like: Path | None,
    strategies: tuple[str, ...],
    others: tuple[int, ...],
    family: str,
    seeds: int,
    as_json: bool,
) -> None:
    """Tell what to expect of the run that RUN.TOML describes, by simulation: nothing is spent.

    And what another strategy or number of slots would change. What stands on assumptions says so.
    """
    config = load_config(config_path, overrides)
    assumed = assume(config, suite_from_tree(suite_tree(config.suite.name)), family_of(family), _prices(config),
                     _measured(like))  # fmt: skip
    own = config.cluster.slots or len(os.sched_getaffinity(0))
    if config.cluster.executor == "inline":
        own = 1
    ways = _ways(config.evolve.strategy, own, strategies, others)
    rows = _rows(config, assumed, ways, seeds)
    if as_json:
        render.print_json({"assumptions": assumed.words, "rows": rows})
        return
    _show(rows, assumed)


def _measured(like: Path | None) -> Measured | None:
    if like is None:
        return None
    with reading(like) as run:
        return Measured.of(run.archive)


def _prices(config: RunConfig) -> tuple[Price | None, Price | None]:
    """Return the prices of the models that solve and that improve."""
    models = config.models
    return _price(models, models.solve or models.name), _price(models, models.improve or models.name)


def _price(models: ModelsSection, name: str | None) -> Price | None:
    if models.endpoint == "local" and name not in models.prices:
        return Price(0.0, 0.0)
    try:
        return None if name is None else find_price(name, models.prices, needed=True)
    except PriceUnknown:
        return None


def _ways(strategy: str, slots: int, strategies: Sequence[str], others: Sequence[int]) -> list[tuple[str, int]]:
    """Return strategy and slots of each way to run, the run's own first."""
    if not strategies and not others:
        strategies = [name for name in STRATEGIES if name not in ABLATIONS]
        others = [max(1, slots // 2), 2 * slots]
    return list(dict.fromkeys([(strategy, slots), *((name, slots) for name in strategies),
                               *((strategy, number) for number in others)]))  # fmt: skip


def _rows(config: RunConfig, assumed: Assumed, ways: Sequence[tuple[str, int]], seeds: int) -> list[PlanRow]:
    if config.budget.cost_usd is not None and not assumed.priced:
        raise ConfigError("the budget is in dollars, and the price of a model is not known: name it, or its price")
    cases = [case for strategy, slots in ways for case in cases_of(config, assumed, slots, seeds, strategy)]
    processes = min(len(os.sched_getaffinity(0)), 1 + len(cases) // WORTH_A_PROCESS)
    runs: dict[tuple[str, int], list[SimulatedRun]] = {way: [] for way in ways}
    with render.counting_bar(len(cases), "planning") as done:
        for case, run in run_all(cases, processes):
            runs[case.config.evolve.strategy, case.slots].append(run)
            done()
    rows = [PlanRow.of(*way, runs[way]) for way in ways]
    return rows if assumed.priced else [replace(row, cost_usd=None) for row in rows]


def _show(rows: Sequence[PlanRow], assumed: Assumed) -> None:
    out = render.console(least_width=WIDTH)
    counts = ("trials", "attempts", "agents")
    headers = (
        "strategy",
        ">slots",
        ">1,000 tokens",
        ">USD",
        ">hours",
        *(f">{name}" for name in counts),
        ">score of the choice",
    )
    table = (
        [
            row.strategy,
            str(row.slots),
            _range(row.tokens, ",.0f", unit=1000),
            _range(row.cost_usd, ",.2f"),
            _range(row.hours, ",.1f"),
            *(_range(getattr(row, name), ",.0f") for name in counts),
            _range(row.skill, ".2f"),
        ]
        for row in rows
    )
    out.print(render.plain_table(headers, table))
    out.print(f"\nMedians, and the range of nine simulated runs in ten, of {rows[0].runs}. The first line is the run.")
    for words in assumed.words:
        out.print(f"  - {words}")


def _range(expected: Expected | None, form: str, unit: int = 1) -> str:
    if expected is None:
        return "-"
    low, middle, high = (format(value / unit, form) for value in (expected.low, expected.median, expected.high))
    return middle if low == high else f"{middle} ({low} - {high})"
