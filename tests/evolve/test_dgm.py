"""The strategy `dgm`: the paper's weights, and both ends of the scale. What all strategies share is held in
`test_strategies`.
"""

from collections.abc import Sequence
from math import exp

import numpy as np
import pytest

from dgm.config import BudgetSection, LeaseSection
from dgm.evolve import Budget, Dgm, Evaluate, Expand, Population, Staging, Wait
from dgm.evolve.population import Cell
from dgm.evolve.strategies.dgm import Selection, learners_of, weights

TASKS = tuple(f"t{i}" for i in range(10))
BUDGET = Budget(BudgetSection(attempts=100), LeaseSection())


def measured(scores: Sequence[int], *, children: int = 0) -> Population:
    """Return founders that resolved so many of ten tasks; the first has further children that resolved nothing."""
    population = Population(TASKS, Staging((10,), (0.4,)))
    for score in scores:
        measure(population, population.add(None), score)
    for _ in range(children):
        measure(population, population.add(0), 0)
    return population


def measure(population: Population, agent: int, score: int) -> None:
    for i, task in enumerate(TASKS):
        population.open_trial(agent, task)
        population.close_trial(agent, task, Cell.RESOLVED if i < score else Cell.UNRESOLVED)


def generator() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(1))


def chances(population: Population, selection: Selection = "score_child_prop") -> list[float]:
    """Return the chances of those who may be parents, in order of their numbers."""
    found = weights(population, learners_of(population), selection)
    return (found / found.sum()).tolist()


def weight(a: float, n: int) -> float:
    return 1 / (1 + exp(-10 * (a - 0.5))) / (1 + n)


def test_the_chance_is_the_papers() -> None:
    population = measured([5, 2], children=1)

    expected = np.array([weight(0.5, 1), weight(0.2, 0), weight(0.0, 0)])
    np.testing.assert_allclose(chances(population), expected / expected.sum())


def test_an_attempt_under_way_counts_as_a_child() -> None:
    population = measured([5, 5])
    population.open_attempt(0)

    np.testing.assert_allclose(chances(population), [1 / 3, 2 / 3])


def test_by_score_alone_children_do_not_count() -> None:
    population = measured([5, 5])
    population.open_attempt(0)

    np.testing.assert_allclose(chances(population, "score_prop"), [0.5, 0.5])


def test_uniform_gives_all_the_same_chance() -> None:
    population = measured([9, 1, 0])

    np.testing.assert_allclose(chances(population, "uniform"), [1 / 3] * 3)


def test_best_takes_one_of_the_best() -> None:
    population = measured([7, 1, 7])

    np.testing.assert_allclose(chances(population, "best"), [0.5, 0, 0.5])


def test_an_agent_that_resolves_everything_is_not_eligible() -> None:
    assert learners_of(measured([10, 3])).tolist() == [1]


@pytest.mark.parametrize("score", [0, 10])
def test_a_founder_that_resolves_all_or_nothing_can_start(score: int) -> None:
    action = Dgm().choose(measured([score]), BUDGET, generator())

    assert isinstance(action, Expand)
    assert action.agent == 0


def test_an_agent_that_retention_refused_is_not_eligible() -> None:
    population = measured([5, 3])
    population.set_eligible(0, False)

    assert learners_of(population).tolist() == [1]


def test_where_nobody_else_is_eligible_one_that_resolves_everything_is() -> None:
    population = measured([10, 3])
    population.set_eligible(1, False)

    assert learners_of(population).tolist() == [0]


def test_where_retention_lets_nobody_be_a_parent_all_are() -> None:
    population = measured([10, 3])
    for agent in (0, 1):
        population.set_eligible(agent, False)

    assert learners_of(population).tolist() == [1]


def test_a_barred_agent_is_no_parent_even_where_nobody_is_eligible() -> None:
    population = measured([10, 3])
    population.set_eligible(1, False)
    population.set_oversight(0, flagged=False, barred=True)

    assert learners_of(population).tolist() == [1]


def test_where_all_are_barred_it_waits() -> None:
    population = measured([5])
    population.set_oversight(0, flagged=True, barred=True)

    assert isinstance(Dgm().choose(population, BUDGET, generator()), Wait)


def test_an_agent_that_was_not_promoted_counts_by_the_tasks_of_the_largest_stage() -> None:
    population = Population(TASKS, Staging((2, 10), (1.0, 1.0)))
    population.add(None)
    measure(population, 0, 2)
    population.add(0)
    for task, cell in (("t0", Cell.RESOLVED), ("t1", Cell.UNRESOLVED)):
        population.open_trial(1, task)
        population.close_trial(1, task, cell)

    expected = np.array([weight(0.2, 0), weight(0.1, 0)])
    np.testing.assert_allclose(chances(population, "score_prop"), expected / expected.sum())


def test_waiting_tasks_come_before_a_new_child() -> None:
    population = measured([5])
    population.add(0)

    action = Dgm().choose(population, BUDGET, generator())

    assert isinstance(action, Evaluate)
    assert (action.agent, action.tasks) == (1, TASKS)


def test_an_unmeasured_agent_is_no_parent() -> None:
    population = Population(TASKS, Staging((10,), (0.4,)))
    population.add(None)
    for task in TASKS:
        population.open_trial(0, task)

    assert isinstance(Dgm().choose(population, BUDGET, generator()), Wait)


def test_a_budget_that_is_used_up_is_why_it_waits() -> None:
    spent = Budget(BudgetSection(attempts=0), LeaseSection())

    assert Dgm().choose(measured([5]), spent, generator()) == Wait("the budget of 0 attempts is used up")


def test_the_decision_carries_the_probabilities() -> None:
    action = Dgm().choose(measured([5, 2]), BUDGET, generator())

    assert isinstance(action, Expand)
    assert sum(action.probabilities.values()) == pytest.approx(1)


def test_a_decision_over_many_agents_carries_the_drawn_one() -> None:
    population = measured([5] * 1100)

    action = Dgm("uniform").choose(population, BUDGET, generator())

    assert isinstance(action, Expand)
    assert action.agent in action.probabilities
    assert len(action.probabilities) <= 1001
