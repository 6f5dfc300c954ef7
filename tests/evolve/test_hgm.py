"""The strategy `hgm`: what it draws from, when it expands, and what it picks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from dgm.config import BudgetSection, LeaseSection
from dgm.evolve import Budget, Evaluate, Expand, Population, Wait
from dgm.evolve.population import NO_PARENT, Cell
from dgm.evolve.strategies import Hgm
from dgm.evolve.strategies.hgm import Arms, expandable, is_due, measurable, surely, tau_of
from tests.evolve.populations import TASKS, Described, build, described, orders, relabelled, rng_of, staging_for
from tests.evolve.test_strategies import with_a_failure_more

STAGING = staging_for(Hgm())
R, U, P = Cell.RESOLVED, Cell.UNRESOLVED, Cell.PENDING


def budget(attempts: int = 5, trials: int = 0, limit: int = 1000) -> Budget:
    return Budget(BudgetSection(trials=limit), LeaseSection(), attempts=attempts, trials=trials)


def archive(*agents: Described) -> Population:
    return build(agents, STAGING)


FAMILY = (Described(cells=(R, U, U)), Described(0, (R, R)), Described(1, (U,)), Described(0))


def test_an_agent_is_expanded_by_its_clades_trials() -> None:
    arms = expandable(archive(*FAMILY))

    assert (arms.resolved.tolist(), arms.failed.tolist()) == ([3, 2, 0, 0], [3, 1, 1, 0])


def test_an_agent_is_measured_by_its_own_trials() -> None:
    arms = measurable(archive(*FAMILY))

    assert (arms.resolved.tolist(), arms.failed.tolist()) == ([1, 2, 0, 0], [2, 0, 1, 0])


def test_an_agent_without_a_task_to_do_is_not_measured() -> None:
    done = Described(0, (*[R] * 7, P))

    assert measurable(archive(Described(), done)).agents.tolist() == [0]


def test_the_first_expansions_are_the_founders() -> None:
    population = archive(Described(cells=(U, U, U)), Described(0, (R, R, R)))

    action = Hgm().choose(population, budget(attempts=4), rng_of())

    assert isinstance(action, Expand)
    assert action.agent == 0


def test_after_the_first_expansions_all_may_be_expanded() -> None:
    assert expandable(archive(*FAMILY)).agents.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("trials", "agents", "due"), [(3, 2, False), (4, 2, True), (14, 5, False), (15, 5, True)])
def test_it_expands_when_the_trials_to_the_power_reach_the_children(trials: int, agents: int, due: bool) -> None:
    children = [Described(0) for _ in range(agents - 1)]
    population = archive(Described(expanding=1), *children)
    for i in range(trials):
        population.open_trial(i % agents, TASKS[i // agents])

    assert is_due(population, 0.6) == due


def test_a_founder_that_resolved_nothing_can_be_expanded() -> None:
    action = Hgm().choose(archive(Described(cells=(U,) * 8)), budget(), rng_of())

    assert isinstance(action, Expand)


def test_where_expanding_is_due_and_attempts_are_used_up_it_measures() -> None:
    limited = Budget(BudgetSection(attempts=0, trials=9), LeaseSection())

    action = Hgm().choose(archive(Described()), limited, rng_of())

    assert isinstance(action, Evaluate)


def test_where_every_task_is_done_it_expands() -> None:
    population = archive(Described(cells=(R,) * 8), *[Described(0, (U,) * 8) for _ in range(12)])

    action = Hgm(widening=0.5).choose(population, budget(), rng_of())

    assert not is_due(population, 0.5)
    assert isinstance(action, Expand)


def test_a_budget_that_is_used_up_is_why_it_waits() -> None:
    action = Hgm().choose(archive(Described()), budget(trials=1000), rng_of())

    assert action == Wait("the budget of 1000 trials is used up")


def test_tau_is_the_budget_by_what_is_left_of_it() -> None:
    assert tau_of(budget(trials=750)) == pytest.approx(4)
    assert tau_of(budget(trials=1000)) == pytest.approx(1e4)


def test_draws_come_from_the_posterior_with_tau() -> None:
    arms = Arms(np.array([7]), np.array([3]), np.array([1]))
    rng = rng_of()

    draws = [arms.draw(2.0, rng)[1] for _ in range(4000)]

    assert np.quantile(draws, [0.1, 0.5, 0.9]) == pytest.approx(beta(8, 4).ppf([0.1, 0.5, 0.9]), abs=0.02)


def test_the_task_is_drawn_from_those_that_are_not_done() -> None:
    busy = [Described(0, (P,) * 8, expanding=9) for _ in range(2)]
    population = archive(Described(cells=(R, P, U)), *busy)

    actions = [Hgm().choose(population, budget(), rng_of(seed)) for seed in range(100)]

    assert {(action.agent, *action.tasks) for action in actions} == {(0, task) for task in TASKS[3:]}


@pytest.mark.parametrize(("resolved", "failed"), [(0, 0), (3, 1), (40, 20), (0, 9)])
def test_the_low_quantile_is_that_of_the_posterior(resolved: int, failed: int) -> None:
    assert surely(resolved, failed) == pytest.approx(beta(1 + resolved, 1 + failed).ppf(0.01), abs=1e-9)


@settings(max_examples=50)
@given(described())
def test_the_pick_has_the_highest_low_quantile_of_all(agents: list[Described]) -> None:
    population = build(agents, STAGING)
    known = (population.ended > 0) & ~population.flagged
    low = beta(1 + population.resolved, 1 + population.ended - population.resolved).ppf(0.01)

    picked = Hgm().pick(population)

    assert (picked is None) == (not known.any())
    if picked is not None:
        assert low[picked] == pytest.approx(low[known].max(), abs=1e-12)
        assert not any(known[:picked] & (low[:picked] > low[picked] + 1e-9))


def test_of_equals_the_earlier_is_picked() -> None:
    assert Hgm().pick(archive(Described(cells=(U,)), Described(0, (R,)), Described(0, (R,)))) == 1


@settings(max_examples=50)
@given(st.data())
def test_relabelling_agents_changes_nothing(data: st.DataObject) -> None:
    agents = data.draw(described())
    order = data.draw(orders(agents))

    for arms_of in (expandable, measurable, lambda p: expandable(p, founders=True)):
        plain, other = arms_of(build(agents, STAGING)), arms_of(build(relabelled(agents, order), STAGING))
        known = dict(zip(plain.agents.tolist(), zip(plain.resolved, plain.failed, strict=True), strict=True))
        there = [order[agent] for agent in other.agents]
        assert dict(zip(there, zip(other.resolved, other.failed, strict=True), strict=True)) == known


@settings(max_examples=50)
@given(st.data())
def test_a_failure_more_speaks_against_an_agent_and_its_ancestors_and_nobody_else(data: st.DataObject) -> None:
    agents = data.draw(described())
    agent, worse = with_a_failure_more(data, agents)
    line = {agent}
    while agents[agent].parent != NO_PARENT:
        agent = agents[agent].parent
        line.add(agent)

    before, after = (expandable(build(some, STAGING)) for some in (agents, worse))

    assert before.agents.tolist() == after.agents.tolist()
    for number, lost, more in zip(
        before.agents, before.resolved - after.resolved, after.failed - before.failed, strict=True
    ):
        assert lost == more
        assert lost in ({0, 1} if number in line else {0})
