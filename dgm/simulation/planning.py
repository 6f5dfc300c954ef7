"""What a run is to be expected to come to, before it costs anything: by simulation of its own configuration.

The search is the run's: strategy, retention, stages, budget, leases and slots. What is not known is assumed, or taken
from an earlier run, and each assumption is told in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dgm.config import RunConfig, SuiteSection
from dgm.evolve import search_tasks
from dgm.simulation.costs import Costs
from dgm.simulation.families import Family
from dgm.simulation.many import Case
from dgm.simulation.measured import Measured, WorkMeasured
from dgm.simulation.running import SimulatedRun
from dgm.values import Price, Suite

MEDIAN_OF_LEASE = 0.2
"""Share of its lease's tokens, and of its time, that work takes in the median where nothing was measured."""

SIGMA = 1.0
OUTPUT_SHARE = 0.1
"""Of all tokens, for a price where nothing was measured."""

LEAST_FOUNDER, MOST_FOUNDER = 0.02, 0.98
"""Of what the pool's tasks let anybody resolve: a founder that resolved none or all is taken to be nearly so."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """A landscape for a run, and in words what it stands on.

    Args:
        priced: whether every model's price is known; else what costs dollars costs none here.
    """

    family: Family
    words: tuple[str, ...]
    priced: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """A figure over simulated runs: the median, and the range that nine runs in ten are in."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Expected":
        """Sum up the runs."""
        low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
        return cls(float(median), float(low), float(high))


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What to expect of one way to run. `cost_usd` None: a price is not known."""

    strategy: str
    slots: int
    runs: int
    tokens: Expected
    cost_usd: Expected | None
    hours: Expected
    attempts: Expected
    agents: Expected
    trials: Expected
    skill: Expected

    @classmethod
    def of(cls, strategy: str, slots: int, runs: Sequence[SimulatedRun]) -> "PlanRow":
        """Sum up simulated runs."""
        counts = ("tokens", "cost_usd", "hours", "attempts", "agents", "trials")
        figures = {name: Expected.of([getattr(run, name) for run in runs]) for name in counts}
        return cls(strategy, slots, len(runs), **figures, skill=Expected.of([run.pick_skill for run in runs]))


def cases_of(config: RunConfig, assumed: Assumed, slots: int, seeds: int, strategy: str) -> list[Case]:
    """Return simulated runs of a configuration, with another strategy or other slots where these are not its own."""
    suite = SuiteSection(name="simulated", stages=list(assumed.family.stages), promote=config.suite.promote)
    evolve = config.evolve.searching_by(strategy)
    told = config.model_copy(update={"suite": suite, "evolve": evolve, "oversight": "none"})
    return [
        Case(assumed.family, told.model_copy(update={"seed": config.seed + number}), slots) for number in range(seeds)
    ]


def assume(
    config: RunConfig, suite: Suite, base: Family, prices: tuple[Price | None, Price | None], like: Measured | None
) -> Assumed:
    """Return the landscape that stands for a run.

    Args:
        base: what is neither in the configuration nor measured: how edits change agents, and tasks' difficulty.
        prices: of the models that solve and that improve; None: not known.
        like: an earlier run.

    Raises:
        ConfigError: the suite's tasks are not usable.
    """
    tasks = search_tasks(config, suite)
    timeout_s = float(np.median([suite.task(task).timeout_s for task in tasks]))
    trial, attempt = (None, None) if like is None else (like.trial, like.attempt)
    costs, cost_words = _costs(config, timeout_s, prices, trial, attempt)
    family = replace(
        base,
        name="plan",
        tasks=len(tasks),
        stages=tuple(config.suite.stages or suite.stages or (len(tasks),)),
        timeout_s=timeout_s,
        costs=costs,
    )
    family, agent_words = _agents(family, like)
    words = (
        f"the search is run.toml's, on {len(tasks)} tasks of {suite.name!r}",
        *cost_words,
        *agent_words,
        f"edits change agents as in the landscapes {base.name!r} (docs/simulator.md)",
        "no work is lost, screening a founder costs nothing, and a person who is asked answers at once",
    )
    return Assumed(family, words, None not in prices)


def _costs(
    config: RunConfig,
    timeout_s: float,
    prices: tuple[Price | None, Price | None],
    trial: WorkMeasured | None,
    attempt: WorkMeasured | None,
) -> tuple[Costs, Iterable[str]]:
    leases, words = config.leases, []
    guessed = f"{MEDIAN_OF_LEASE:.0%} of its lease and its time in the median (assumed)"
    for kind, measured in (("a trial", trial), ("an attempt", attempt)):
        took = guessed if measured is None else (
            f"{measured.tokens:,} tokens and {measured.seconds:,.0f} s in the median (of {measured.n})"
        )  # fmt: skip
        words.append(f"{kind} takes {took}")
    usd = [
        _usd_per_million(price) if measured is None else measured.usd_per_million
        for price, measured in zip(prices, (trial, attempt), strict=True)
    ]
    if trial is None or attempt is None:
        words.append(_price_words(prices))
    return Costs(
        trial_s=MEDIAN_OF_LEASE * timeout_s if trial is None else trial.seconds,
        trial_tokens=int(MEDIAN_OF_LEASE * leases.trial_tokens) if trial is None else trial.tokens,
        attempt_s=MEDIAN_OF_LEASE * leases.attempt_timeout_s if attempt is None else attempt.seconds,
        attempt_tokens=int(MEDIAN_OF_LEASE * leases.attempt_tokens) if attempt is None else attempt.tokens,
        sigma=SIGMA if trial is None else trial.sigma,
        trial_usd=usd[0],
        attempt_usd=usd[1],
    ), words


def _usd_per_million(price: Price | None) -> float:
    if price is None:
        return 0.0
    return (1 - OUTPUT_SHARE) * price.input_usd + OUTPUT_SHARE * price.output_usd


def _price_words(prices: tuple[Price | None, Price | None]) -> str:
    if None in prices:
        return "dollars are not known: a model has no name in run.toml, or no price"
    return f"{OUTPUT_SHARE:.0%} of all tokens are output (assumed)"


def _agents(family: Family, like: Measured | None) -> tuple[Family, Iterable[str]]:
    """Set how good the founder is, and how often a child fails screening."""
    words, edits = [], family.edits
    if like is not None and like.founder is not None:
        share, n = like.founder
        reach = 1 - family.pool.impossible
        family = replace(family, founder=float(np.clip(share, LEAST_FOUNDER * reach, MOST_FOUNDER * reach)))
        words.append(f"the founder resolves {family.founder:.0%} (of {n} trials)")
    else:
        words.append(f"the founder resolves {family.founder:.0%} (assumed)")
    if like is not None and like.broken is not None and like.unchanged is not None:
        edits = replace(edits, broken=like.broken, unchanged=like.unchanged)
        words.append(f"{edits.broken:.0%} of attempts fail screening (measured)")
    else:
        words.append(f"{edits.broken:.0%} of attempts fail screening (assumed)")
    return replace(family, edits=edits), words
