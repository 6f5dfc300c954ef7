"""What a plan assumes, what it takes from an earlier run, and what it expects."""

from dataclasses import replace

import numpy as np
import pytest

from dgm.config import EvolveSection, RunConfig, parse_config
from dgm.evolve import search_tasks
from dgm.simulation import FAMILIES, Assumed, Landscape, Measured, PlanRow, Simulation, assume, cases_of, config_of
from dgm.values import Price
from tests.evolve.worlds import suite_of

SUITE = suite_of(12, (4, 12))
BASE = FAMILIES["calibrated"]
CHEAP = Price(1.0, 11.0)


def config(*settings: str) -> RunConfig:
    return parse_config("[budget]\ntrials = 60\n[suite]\npromote = [0.5]\n", settings)


def assumed(told: RunConfig, like: Measured | None = None, price: Price | None = CHEAP) -> Assumed:
    return assume(told, SUITE, BASE, (price, price), like)


def planned(told: RunConfig, slots: int = 2, strategy: str = "dgm", like: Measured | None = None) -> PlanRow:
    runs = [case.run() for case in cases_of(told, assumed(told, like), slots, 6, strategy)]
    return PlanRow.of(strategy, slots, runs)


def earlier(seed: int = 0) -> Simulation:
    family = replace(BASE, founder=0.5, edits=replace(BASE.edits, broken=0.8, unchanged=0.0))
    search = Simulation(config_of(family, EvolveSection(), trials=150, seed=seed), Landscape(family, seed), 4)
    search.run()
    return search


def test_a_plan_is_of_the_runs_own_tasks_and_stages() -> None:
    family = assumed(config("suite.stages=[3, 6]")).family

    assert (family.tasks, family.stages, family.timeout_s) == (len(search_tasks(config(), SUITE)), (3, 6), 60)


def test_a_budget_is_never_passed() -> None:
    row = planned(config("budget.tokens=500_000"))

    assert row.tokens.high <= 500_000
    assert row.trials.high <= 60


def test_a_budget_in_dollars_ends_a_plan_too() -> None:
    row = planned(config("budget.cost_usd=2", "leases.trial_cost_usd=0.1", "leases.attempt_cost_usd=0.4"))

    assert 0 < row.cost_usd.median <= row.cost_usd.high <= 2


def test_dollars_follow_from_tokens_and_prices() -> None:
    row = planned(config())

    assert row.cost_usd.median == pytest.approx(2.0 * row.tokens.median / 1e6, rel=0.01)


def test_without_a_price_the_plan_says_so() -> None:
    without = assumed(config(), price=None)

    assert without.family.costs.trial_usd == 0
    assert any("dollars are not known" in words for words in without.words)


def test_more_slots_need_less_time() -> None:
    assert planned(config(), slots=8).hours.median < 0.6 * planned(config(), slots=1).hours.median


def test_another_strategy_is_planned_with_its_own_ways() -> None:
    assert planned(config(), strategy="sica").agents.median < planned(config(), strategy="dgm").agents.median


def test_an_earlier_run_tells_what_its_work_took() -> None:
    search = earlier()
    spent = [trial.spent for trial in search.archive.trials()]

    measured = Measured.of(search.archive)

    assert measured.trial is not None
    assert measured.trial.n == len(spent)
    assert measured.trial.seconds == pytest.approx(np.median([one.seconds for one in spent]))
    assert measured.trial.usd_per_million == pytest.approx(4.7)


def test_an_earlier_run_tells_how_often_children_are_broken() -> None:
    archive = earlier().archive
    failed = [attempt.failure is not None for attempt in archive.attempts()]

    measured = Measured.of(archive)

    assert (measured.broken, measured.unchanged) == (sum(failed) / len(failed), 0.0)


def test_what_was_measured_is_not_assumed() -> None:
    measured = Measured.of(earlier().archive)

    like = assumed(config(), measured)

    assert measured.founder is not None
    assert measured.trial is not None
    assert like.family.founder == measured.founder[0]
    assert like.family.edits.broken == measured.broken
    assert (like.family.costs.trial_s, like.family.costs.sigma) == (measured.trial.seconds, measured.trial.sigma)
    assert not any("assumed" in words for words in like.words)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_founder_at_an_end_of_the_scale_can_be_planned(share: float) -> None:
    like = Measured(None, None, (share, 12), None, None)

    row = planned(config(), like=like)

    assert row.trials.median > 0


def test_a_run_with_too_little_in_it_tells_nothing() -> None:
    family = replace(BASE, tasks=3, stages=(3,))
    search = Simulation(config_of(family, EvolveSection(), trials=3), Landscape(family, 0), 1)
    search.run()

    assert Measured.of(search.archive) == Measured(None, None, None, None, None)
