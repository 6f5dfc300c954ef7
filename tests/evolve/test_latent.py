"""Our strategy: what it measures, expands and picks, and that it stops and goes on as if it had not stopped."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dgm.config import BudgetSection
from dgm.evolve import Budget, Evaluate, Expand, Population
from dgm.evolve.population import Cell
from dgm.evolve.strategies.latent import FOUNDER_TRIALS, IDEAS, Latent, expected_gain
from dgm.values import Spent, WorkKind
from tests.evolve.populations import BUDGET, NOTHING, TASKS, Described, build, play, rng_of, staging_for

R, U = Cell.RESOLVED, Cell.UNRESOLVED
HALF = (R, R, R, R, U, U, U, U)


def population_of(*agents: Described) -> Population:
    return build(agents, staging_for(Latent()))


def choice(*agents: Described, budget: Budget = BUDGET) -> Evaluate | Expand:
    action = Latent().choose(population_of(*agents), budget, rng_of())
    assert isinstance(action, Evaluate | Expand)
    return action


def test_the_founder_is_measured_first() -> None:
    action = choice(Described())

    assert action == Evaluate(0, TASKS[:FOUNDER_TRIALS], reason=action.reason)


def test_a_founder_that_is_measured_is_expanded() -> None:
    assert isinstance(choice(Described(cells=HALF)), Expand)


def test_a_child_that_is_not_measured_is_worth_more_than_another_child() -> None:
    action = choice(Described(cells=HALF), Described(parent=0))

    assert isinstance(action, Evaluate)
    assert action.agent == 1


def test_a_hopeless_series_stops() -> None:
    action = choice(Described(cells=HALF), Described(parent=0, cells=(U, U, U, U)))

    assert isinstance(action, Expand)


def test_a_child_that_does_what_its_parent_cannot_is_expanded() -> None:
    action = choice(Described(cells=HALF), Described(parent=0, cells=(R,) * 8))

    assert isinstance(action, Expand)
    assert action.agent == 1


def test_a_first_trial_is_on_a_task_that_tells_something() -> None:
    siblings = [Described(parent=0, cells=(R, R, R, R, U, R, U, U)) for _ in range(3)]
    action = choice(Described(cells=HALF), *siblings, Described(parent=0))

    assert isinstance(action, Evaluate)
    assert action.tasks == ("t5",)


def test_a_parent_with_many_children_gives_way_to_its_equal() -> None:
    busy = Described(cells=HALF, expanding=int(2 * IDEAS))

    action = choice(busy, Described(cells=HALF))

    assert isinstance(action, Expand)
    assert action.agent == 1


def test_the_pick_is_not_the_highest_score_of_few_trials() -> None:
    lucky, good = Described(parent=0, cells=(R,)), Described(parent=0, cells=(R, R, R, R, R, R, R, U))

    assert Latent().pick(population_of(Described(cells=HALF), lucky, good)) == 2


def budget_after(attempt: Spent, trial: Spent) -> Budget:
    """Return the books of a run whose attempts and trials have cost that."""
    budget = BUDGET
    for _ in range(100):
        for kind, spent in ((WorkKind.ATTEMPT, attempt), (WorkKind.TRIAL, trial)):
            budget = budget.opened(kind, NOTHING).settled_with(kind, NOTHING, spent)
    return budget


def test_attempts_are_made_where_they_cost_little_and_not_where_they_cost_much() -> None:
    agents = [Described(cells=HALF), Described(parent=0, cells=(R, R, R, R, U, U))]
    cheap = budget_after(attempt=Spent(10, 0.0, 1.0), trial=Spent(1000, 0.0, 100.0))
    dear = budget_after(attempt=Spent(100_000, 0.0, 1e4), trial=Spent(1000, 0.0, 100.0))

    assert isinstance(choice(*agents, budget=cheap), Expand)
    assert isinstance(choice(*agents, budget=dear), Evaluate)


def test_without_attempts_it_goes_on_measuring() -> None:
    budget = replace(BUDGET, limits=BudgetSection(trials=100, attempts=0))

    assert isinstance(choice(Described(cells=(*HALF[:7],)), budget=budget), Evaluate)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 999))
def test_a_strategy_that_begins_in_the_middle_decides_the_same(seed: int) -> None:
    staging = staging_for(Latent())
    population = build([Described()], staging)
    throughout = Latent()
    play(throughout, population, steps=120, resolves=0.4, seed=seed)

    first, second = (strategy.choose(population, BUDGET, rng_of()) for strategy in (throughout, Latent()))

    assert first == second
    assert throughout.pick(population) == Latent().pick(population)


def test_what_a_flagged_agent_did_is_believed_no_more() -> None:
    honest = [Described(cells=HALF), Described(parent=0, cells=(R, R, R, U, U))]
    suspect = Described(parent=0, cells=(R,) * 8)
    strategy, population = Latent(), population_of(*honest, suspect)
    assert strategy.pick(population) == 2

    population.set_oversight(2, flagged=True, barred=True)

    assert strategy.pick(population) == Latent().pick(population_of(*honest))


@given(mean=st.floats(-4, 4), deviation=st.floats(0.01, 3))
def test_the_expected_gain_is_that_of_the_normal_distribution(mean: float, deviation: float) -> None:
    z = mean / deviation
    exact = deviation * (z * stats.norm.cdf(z) + stats.norm.pdf(z))

    assert float(expected_gain(np.array([mean]), np.array([deviation]))[0]) == pytest.approx(
        exact, abs=2e-3 * deviation
    )
