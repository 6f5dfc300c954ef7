"""The population: its counts equal recounts, whatever happened in whatever order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm.evolve import Population, Staging, best_agent
from dgm.evolve.population import NO_PARENT, Cell

TASKS = ("t0", "t1", "t2", "t3")
STAGING = Staging((2, 4), (0.5, 0.5))


def small() -> Population:
    """Return a founder and its child."""
    population = Population(TASKS, STAGING)
    population.add(None)
    population.add(0)
    return population


def end(population: Population, agent: int, task: str, cell: Cell) -> None:
    population.open_trial(agent, task)
    population.close_trial(agent, task, cell)


@st.composite
def populations(draw: st.DrawFn) -> Population:
    """Return a population after some history."""
    population = Population(TASKS, STAGING)
    population.add(None)
    for _ in range(draw(st.integers(0, 25))):
        agent = draw(st.integers(0, len(population) - 1))
        waiting = population.waiting_tasks(agent, 4)
        act = draw(st.sampled_from(["add", "open", "end", "again"]))
        if act == "add":
            population.add(agent, eligible=draw(st.booleans()))
        elif waiting and act == "open":
            population.open_trial(agent, waiting[0])
        elif waiting and act == "again":
            population.open_trial(agent, waiting[0])
            population.reopen_trial(agent, waiting[0])
        elif waiting:
            end(population, agent, waiting[0], draw(st.sampled_from([Cell.RESOLVED, Cell.UNRESOLVED, Cell.GIVEN_UP])))
    return population


@given(populations())
def test_own_counts_equal_recounts(population: Population) -> None:
    cells = population.cells

    assert (population.resolved == (cells == Cell.RESOLVED).sum(axis=1)).all()
    assert (population.pending == (cells == Cell.PENDING).sum(axis=1)).all()
    assert (population.ended == (cells >= Cell.UNRESOLVED).sum(axis=1)).all()
    assert (population.waiting >= 0).all()


@given(populations())
def test_clade_sums_equal_recounts(population: Population) -> None:
    resolved, ended = population.resolved.copy(), population.ended.copy()
    for agent in range(len(population) - 1, 0, -1):
        if (parent := population.parent[agent]) != NO_PARENT:
            resolved[parent] += resolved[agent]
            ended[parent] += ended[agent]

    assert (population.clade_resolved == resolved).all()
    assert (population.clade_ended == ended).all()


@given(populations())
def test_waiting_tasks_are_neither_ended_nor_under_way(population: Population) -> None:
    for agent in range(len(population)):
        waiting = population.waiting_tasks(agent, len(TASKS))
        cells = [population.cells[agent, population.index[task]] for task in waiting]

        assert len(waiting) == population.waiting[agent]
        assert all(cell in (Cell.NEW, Cell.AGAIN) for cell in cells)


@settings(max_examples=30)
@given(populations(), st.data())
def test_a_worse_outcome_never_raises_what_a_strategy_compares(population: Population, data: st.DataObject) -> None:
    waiting = [agent for agent in range(len(population)) if population.waiting[agent]]
    if not waiting:
        return
    agent = data.draw(st.sampled_from(waiting))
    before = population.resolved[agent] / population.staging.last

    end(population, agent, population.waiting_tasks(agent, 1)[0], Cell.UNRESOLVED)

    assert population.resolved[agent] / population.staging.last <= before


def test_a_founder_has_every_stage() -> None:
    assert small().assigned.tolist() == [4, 2]


def test_a_child_earns_the_next_stage_as_soon_as_its_share_is_resolved() -> None:
    population = small()

    end(population, 1, "t0", Cell.RESOLVED)

    assert population.assigned[1] == 4


def test_a_child_below_the_share_stays_in_its_stage() -> None:
    population = small()

    end(population, 1, "t0", Cell.UNRESOLVED)

    assert population.assigned[1] == 2


def test_a_task_that_is_given_up_stays_in_the_denominator() -> None:
    population = small()

    end(population, 1, "t0", Cell.GIVEN_UP)
    end(population, 1, "t1", Cell.UNRESOLVED)

    assert (population.score[1], population.measured[1]) == (0, True)


def test_tasks_to_be_tried_again_come_after_new_ones() -> None:
    population = small()
    population.open_trial(0, "t0")
    population.reopen_trial(0, "t0")

    assert population.waiting_tasks(0, 4) == ("t1", "t2", "t3", "t0")


def test_a_trial_under_way_cannot_be_started_again() -> None:
    population = small()
    population.open_trial(0, "t0")

    with pytest.raises(ValueError, match="a0 on 't0' is PENDING"):
        population.open_trial(0, "t0")


def test_an_attempt_under_way_is_counted_until_it_ends() -> None:
    population = small()
    population.open_attempt(0)
    during = population.expanding.copy()
    population.close_attempt(0)

    assert (during.tolist(), population.expanding.tolist()) == ([1, 0], [0, 0])


def test_rows_beyond_the_first_block_keep_what_was_there() -> None:
    population = small()
    end(population, 0, "t0", Cell.RESOLVED)

    for _ in range(100):
        population.add(0)

    assert population.resolved[0] == 1
    assert population.children[0] == 101
    assert np.count_nonzero(population.resolved) == 1


def test_a_flagged_agent_is_barred_and_its_clade_is_not_touched() -> None:
    population = small()

    population.set_oversight(0, flagged=True, barred=False)

    assert population.barred.tolist() == [True, False]


def test_a_flagged_agent_is_never_the_best() -> None:
    population = small()
    end(population, 0, "t0", Cell.RESOLVED)
    end(population, 1, "t0", Cell.UNRESOLVED)
    population.set_oversight(0, flagged=True, barred=True)

    assert best_agent(population) == 1


def test_where_all_are_flagged_nobody_is_the_best() -> None:
    population = small()
    end(population, 0, "t0", Cell.RESOLVED)
    for agent in (0, 1):
        population.set_oversight(agent, flagged=True, barred=True)

    assert best_agent(population) is None
