"""What the searches came to: tables over the results, each figure with its n and its 95 % interval over seeds."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import nan
from statistics import median as middle

from benchmarks.search.cases import LARGE, MIDDLE, OURS, SEES_BUDGET, SMALL, TARGETS, strategies
from benchmarks.search.store import Key
from benchmarks.search.tables import cell, show
from dgm.simulation import FAMILIES, Estimate, Half, SimulatedRun, half_of, mean, mean_difference, median, median_ratio

Runs = Mapping[tuple[str, str, int], Mapping[int, SimulatedRun]]
"""Searches by seed, of each family, strategy and number of trials."""
Value = Callable[[SimulatedRun], float]

PEERS = ("dgm", "hgm")
AIMS = {"dgm": 0.5, "hgm": 0.8}
"""Of trials until the target, by those of a peer."""


def show_all(searches: Mapping[Key, SimulatedRun]) -> None:
    """Print every table."""
    runs = _grouped({**searches, **_shorter(searches)})
    for trials in (SMALL, MIDDLE, LARGE):
        _show_skill(runs, trials)
    for unit, form in (("trials", ",.0f"), ("cost_usd", ",.0f"), ("hours", ".1f")):
        _show_until_target(runs, unit, form)
    for peer in PEERS:
        _show_ratios(runs, peer)
        for trials in (SMALL, MIDDLE, LARGE):
            _show_differences(runs, peer, trials)
    _show_regret(runs)
    for strategy in OURS:
        _show_aims(runs, strategy)


def _grouped(searches: Mapping[Key, SimulatedRun]) -> Runs:
    groups: dict[tuple[str, str, int], dict[int, SimulatedRun]] = defaultdict(dict)
    for (family, strategy, seed, trials), run in sorted(searches.items()):
        groups[family, strategy, trials][seed] = run
    return dict(groups)


def _shorter(searches: Mapping[Key, SimulatedRun]) -> dict[Key, SimulatedRun]:
    """Return what searches that do not look at their budget had chosen after `SMALL` trials; the rest as in the end."""
    return {
        (family, strategy, seed, SMALL): replace(run, pick_skill=run.chosen_after(SMALL))
        for (family, strategy, seed, trials), run in searches.items()
        if trials == MIDDLE and strategy not in SEES_BUDGET
    }


def values_of(runs: Runs, family: str, strategy: str, trials: int, value: Value) -> dict[int, float]:
    """Return a value of each seed."""
    return {seed: value(run) for seed, run in runs.get((family, strategy, trials), {}).items()}


def until_target(family: str, unit: str) -> Value:
    """Return what tells how much of a unit a search took until it chose well enough, or in all if it never was"""

    def amount(run: SimulatedRun) -> float:
        reached = run.reached(TARGETS[family])
        return float(getattr(run if reached is None else reached, unit))

    return amount


def paired(ours: Mapping[int, float], theirs: Mapping[int, float]) -> tuple[list[float], list[float]]:
    """Return both sides on the seeds that both have."""
    seeds = sorted(ours.keys() & theirs.keys())
    return [ours[seed] for seed in seeds], [theirs[seed] for seed in seeds]


def _by_family(runs: Runs, trials: int, estimate: Callable[[str, str], Estimate], form: str) -> list[list[str]]:
    """Return a row for each family, with a cell for each strategy that searched it with this budget."""
    named = _searched(runs, trials)
    return [
        [f"{family} ({half_of(family)})", *(cell(estimate(family, strategy), form) for strategy in named)]
        for family in FAMILIES
        if any((family, strategy, trials) in runs for strategy in named)
    ]


def _searched(runs: Runs, trials: int) -> list[str]:
    return [name for name in strategies() if any(key[1:] == (name, trials) for key in runs)]


def _show_skill(runs: Runs, trials: int) -> None:
    rows = _by_family(
        runs,
        trials,
        lambda family, strategy: mean(list(values_of(runs, family, strategy, trials, _pick).values())),
        ".3f",
    )
    n = max((len(seeds) for key, seeds in runs.items() if key[2] == trials), default=0)
    show(
        f"True skill of the choice after {trials:,} trials (mean, {n} seeds)",
        ["family", *_searched(runs, trials)],
        rows,
    )


def _show_until_target(runs: Runs, unit: str, form: str) -> None:
    def estimate(family: str, strategy: str) -> Estimate:
        return median(list(values_of(runs, family, strategy, MIDDLE, until_target(family, unit)).values()))

    named = _searched(runs, MIDDLE)
    rows = [
        [row[0], f"{TARGETS[family]:.3f}", *row[1:]] for family, row in _named(_by_family(runs, MIDDLE, estimate, form))
    ]
    note = f"A search that never reached it counts with all it used, {MIDDLE} trials."
    show(f"Until the choice reaches the target: {unit} (median)", ["family", "target", *named], rows, note)


def _named(rows: Sequence[list[str]]) -> list[tuple[str, list[str]]]:
    return [(row[0].split()[0], row) for row in rows]


def _show_ratios(runs: Runs, peer: str) -> None:
    """Print trials until the target by those of a peer, and their medians over families."""

    def estimate(family: str, strategy: str) -> Estimate:
        return _ratio(runs, family, strategy, peer)

    named = _searched(runs, MIDDLE)
    rows = _by_family(runs, MIDDLE, estimate, ".2f")
    families = [family for family, _ in _named(rows)]
    for half in Half:
        ratios = ([estimate(family, name).value for family in families if half_of(family) is half] for name in named)
        rows.append([f"median family ({half})", *(f"{middle(of_one or [nan]):.2f}" for of_one in ratios)])
    show(f"Trials until the target, by those of `{peer}` (ratio of medians)", ["family", *named], rows)


def _show_differences(runs: Runs, peer: str, trials: int) -> None:
    def estimate(family: str, strategy: str) -> Estimate:
        return _difference(runs, family, strategy, peer, trials)

    title = f"True skill of the choice after {trials:,} trials, less that of `{peer}` (mean, paired by seed)"
    show(title, ["family", *_searched(runs, trials)], _by_family(runs, trials, estimate, "+.3f"))


def _show_regret(runs: Runs) -> None:
    """Print the regret of the choice beside that of the highest observed score in the same archives."""

    def chosen(family: str, strategy: str) -> Estimate:
        return mean(list(values_of(runs, family, strategy, MIDDLE, _regret).values()))

    def observed(family: str, strategy: str) -> Estimate:
        return mean(list(values_of(runs, family, strategy, MIDDLE, _observed_regret).values()))

    named = _searched(runs, MIDDLE)
    show(
        f"Regret of the choice after {MIDDLE} trials (mean)",
        ["family", *named],
        _by_family(runs, MIDDLE, chosen, ".3f"),
    )
    title = f"Regret of the highest observed score in the same archives, after {MIDDLE} trials (mean)"
    show(title, ["family", *named], _by_family(runs, MIDDLE, observed, ".3f"))


def _show_aims(runs: Runs, strategy: str) -> None:
    """Print what a strategy of our own was to reach, and what it reached, half by half."""
    rows = []
    for half in Half:
        families = [family for family in FAMILIES if half_of(family) is half]
        for peer, aim in AIMS.items():
            ratios = [_ratio(runs, family, strategy, peer).value for family in families]
            rows.append([f"trials by those of `{peer}`, median family ({half})", f"{aim:.2f}", f"{middle(ratios):.2f}"])
        searched = [trials for trials in (SMALL, MIDDLE, LARGE) if (families[0], strategy, trials) in runs]
        for peer, trials in product(PEERS, searched):
            worse = [family for family in families if _difference(runs, family, strategy, peer, trials).high < 0]
            rows.append([f"worse than `{peer}` after {trials:,} trials ({half})", "none", ", ".join(worse) or "none"])
        chosen, observed = (
            mean([x for family in families for x in values_of(runs, family, strategy, MIDDLE, value).values()]).value
            for value in (_regret, _observed_regret)
        )
        rows.append([f"regret by that of the highest observed score ({half})", "0.50", f"{chosen / observed:.2f}"])
    show(f"What `{strategy}` was to reach", ["", "aim", "reached"], rows)


def _ratio(runs: Runs, family: str, strategy: str, peer: str) -> Estimate:
    """Return trials until the target by those of a peer: the ratio of medians, paired by seed."""
    value = until_target(family, "trials")
    return median_ratio(*paired(*(values_of(runs, family, name, MIDDLE, value) for name in (strategy, peer))))


def _difference(runs: Runs, family: str, strategy: str, peer: str, trials: int) -> Estimate:
    """Return the true skill of the choice less that of a peer's: the mean, paired by seed."""
    return mean_difference(*paired(*(values_of(runs, family, name, trials, _pick) for name in (strategy, peer))))


def _pick(run: SimulatedRun) -> float:
    return run.pick_skill


def _regret(run: SimulatedRun) -> float:
    return run.regret


def _observed_regret(run: SimulatedRun) -> float:
    return run.observed_regret
