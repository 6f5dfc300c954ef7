"""`dgm simulate`: strategies on landscapes, for no money."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click
from rich.table import Table

from dgm.cli import render
from dgm.cli.inspecting import json_option
from dgm.cli.launching import set_option
from dgm.config import parse_config
from dgm.simulation import FAMILIES, STRATEGIES, Case, Estimate, SimulatedRun, half_of, mean, median, run_all


@dataclass(frozen=True, slots=True)
class Row:
    """What a strategy came to in a family: means of skills and of the busy share, medians of the rest."""

    family: str
    half: str
    strategy: str
    seeds: int
    founder_skill: Estimate
    pick_skill: Estimate
    best_skill: Estimate
    regret: Estimate
    trials: Estimate
    attempts: Estimate
    agents: Estimate
    cost_usd: Estimate
    hours: Estimate
    busy_share: Estimate


WIDTH = 120

_TABLES = (
    (
        (">founder's skill", ">skill of the choice", ">best in the archive", ">regret"),
        {"founder_skill": ".3f", "pick_skill": ".3f", "best_skill": ".3f", "regret": ".3f"},
    ),
    (
        (">trials", ">attempts", ">agents", ">USD", ">virtual hours", ">busy"),
        {
            "trials": ",.0f",
            "attempts": ",.0f",
            "agents": ",.0f",
            "cost_usd": ",.0f",
            "hours": ",.0f",
            "busy_share": ".1%",
        },
    ),
)
_MEANS = ("founder_skill", "pick_skill", "best_skill", "regret", "busy_share")
_MEDIANS = ("trials", "attempts", "agents", "cost_usd", "hours")


@click.command()
@click.option("--strategy", "strategies", multiple=True, type=click.Choice(STRATEGIES), default=("dgm",), help="Which.")
@click.option("--family", "families", multiple=True, type=click.Choice([*FAMILIES, "all"]), default=("calibrated",),
              help="Of landscapes; docs/simulator.md describes them.")  # fmt: skip
@click.option("--seeds", type=click.IntRange(1), default=20, show_default=True, help="Landscapes of each family.")
@click.option("--trials", type=click.IntRange(1), default=800, show_default=True, help="Budget of each search.")
@click.option("--slots", type=click.IntRange(1), default=8, show_default=True, help="Pieces of work at once.")
@click.option("--processes", type=click.IntRange(1), help="[default: the number of cores]")
@set_option
@json_option
def simulate(
    strategies: tuple[str, ...],
    families: tuple[str, ...],
    seeds: int,
    trials: int,
    slots: int,
    processes: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search simulated landscapes with the real loop, for no money: the same seeds give the same numbers.

    Skill is true skill, the expected share of an infinite pool of tasks. Regret is how much better the best agent of
    the archive is than the one that was chosen. Of run.toml only [evolve] counts: --set evolve.retention=keep_all.
    """
    named = tuple(FAMILIES) if "all" in families else tuple(dict.fromkeys(families))
    evolve = parse_config("[budget]\ntrials = 1", overrides, source="--set").evolve
    cases = [
        Case.of(family, evolve.searching_by(strategy), seed, trials, slots)
        for family in named
        for strategy in dict.fromkeys(strategies)
        for seed in range(seeds)
    ]
    rows = _rows(cases, processes or len(os.sched_getaffinity(0)))
    if as_json:
        render.print_json(rows)
        return
    out = render.console(least_width=WIDTH)
    for headers, columns in _TABLES:
        out.print(_table(rows, headers, columns))
        out.print()
    out.print(f"95 % intervals by bootstrap over {seeds} seeds: of means for skills, regret and busy, else of medians.")


def _rows(cases: Sequence[Case], processes: int) -> list[Row]:
    ended: dict[tuple[str, str], list[tuple[int, SimulatedRun]]] = defaultdict(list)
    with render.counting_bar(len(cases), "searching") as done:
        for case, run in run_all(cases, min(processes, len(cases))):
            ended[_key(case)].append((case.config.seed, run))
            done()
    order = dict.fromkeys(map(_key, cases))
    return [_row(*key, [run for _, run in sorted(ended[key], key=lambda one: one[0])]) for key in order]


def _key(case: Case) -> tuple[str, str]:
    return case.family.name, case.config.evolve.strategy


def _row(family: str, strategy: str, runs: Sequence[SimulatedRun]) -> Row:
    means = {name: mean([getattr(run, name) for run in runs]) for name in _MEANS}
    medians = {name: median([getattr(run, name) for run in runs]) for name in _MEDIANS}
    return Row(family, half_of(family), strategy, len(runs), **means, **medians)


def _table(rows: Sequence[Row], headers: Sequence[str], columns: Mapping[str, str]) -> Table:
    return render.plain_table(
        ("family", "strategy", ">n", *headers),
        (
            [
                row.family,
                row.strategy,
                str(row.seeds),
                *(interval(getattr(row, name), columns[name]) for name in columns),
            ]
            for row in rows
        ),
    )


def interval(estimate: Estimate, form: str) -> str:
    """Return an estimate with its interval; one number where they are the same."""
    value, low, high = (format(number, form) for number in (estimate.value, estimate.low, estimate.high))
    return value if low == value == high else f"{value} [{low}, {high}]"
