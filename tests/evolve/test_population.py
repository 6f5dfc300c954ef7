"""The population: its counts equal recounts, whatever happened in whatever order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm.evolve import Population, Staging, best_agent, standing_of
from dgm.evolve.population import NO_PARENT, Cell
from dgm.evolve.staging import Measuring

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
    """Return a population after some history, measured in one of the ways that there are."""
    racing = draw(st.sampled_from([0.0, 0.3]))
    population = Population(TASKS, replace(STAGING, racing=racing, measuring=draw(st.sampled_from(Measuring))))
    population.add(None)
    for _ in range(draw(st.integers(0, 25))):
        happen(draw, population, draw(st.integers(0, len(population) - 1)))
    return population


def happen(draw: st.DrawFn, population: Population, agent: int) -> None:
    """Let one thing happen to an agent, if it can."""
    undone = [TASKS[i] for i in population.undone(agent)]
    pending = [TASKS[i] for i in np.flatnonzero(population.cells[agent] == Cell.PENDING)]
    match draw(st.sampled_from(["add", "open", "end", "again", "attempt", "oversee"])):
        case "add":
            population.add(agent, eligible=draw(st.booleans()))
        case "open" if undone:
            population.open_trial(agent, draw(st.sampled_from(undone)))
        case "end" if pending:
            cell = draw(st.sampled_from([Cell.RESOLVED, Cell.UNRESOLVED, Cell.GIVEN_UP]))
            population.close_trial(agent, draw(st.sampled_from(pending)), cell)
        case "again" if pending:
            population.reopen_trial(agent, draw(st.sampled_from(pending)))
        case "attempt":
            population.open_attempt(agent)
        case "oversee":
            population.set_oversight(agent, flagged=draw(st.booleans()), barred=draw(st.booleans()))


@given(populations())
def test_own_counts_equal_recounts(population: Population) -> None:
    cells = population.cells

    assert (population.resolved == (cells == Cell.RESOLVED).sum(axis=1)).all()
    assert (population.pending == (cells == Cell.PENDING).sum(axis=1)).all()
    assert (population.ended == (cells >= Cell.UNRESOLVED).sum(axis=1)).all()
    assert (population.measured == (cells[:, : STAGING.first] >= Cell.UNRESOLVED).all(axis=1)).all()


@given(populations())
def test_clade_sums_equal_recounts_without_flagged_agents(population: Population) -> None:
    resolved, ended = (np.where(population.flagged, 0, own) for own in (population.resolved, population.ended))
    for agent in range(len(population) - 1, 0, -1):
        if (parent := population.parent[agent]) != NO_PARENT:
            resolved[parent] += resolved[agent]
            ended[parent] += ended[agent]

    assert (population.clade_resolved == resolved).all()
    assert (population.clade_ended == ended).all()


@given(populations())
def test_children_equal_recounts(population: Population) -> None:
    parents = population.parent[population.parent != NO_PARENT]

    assert (population.children == np.bincount(parents, minlength=len(population))).all()


@given(populations())
def test_waiting_tasks_are_neither_ended_nor_under_way(population: Population) -> None:
    for agent in range(len(population)):
        waiting = population.waiting_tasks(agent, len(TASKS))
        cells = [population.cells[agent, population.index[task]] for task in waiting]

        assert len(waiting) == population.waiting[agent]
        assert all(cell in (Cell.NEW, Cell.AGAIN) for cell in cells)


@given(populations())
def test_what_waits_is_what_is_assigned_unless_the_series_was_stopped(population: Population) -> None:
    assigned = np.arange(len(TASKS)) < population.assigned[:, None]
    undone = ((population.cells <= Cell.AGAIN) & assigned).sum(axis=1)
    owed = np.where(population.stopped | population.staging.is_free, 0, undone)

    assert (population.waiting == owed).all()


@settings(max_examples=30)
@given(populations(), st.data())
def test_a_worse_outcome_never_raises_what_is_compared(population: Population, data: st.DataObject) -> None:
    pending = np.argwhere(population.cells == Cell.PENDING).tolist()
    if not pending:
        return
    agent, task = data.draw(st.sampled_from(pending))
    before = float(population.score[agent])

    population.close_trial(agent, TASKS[task], Cell.UNRESOLVED)

    assert population.score[agent] <= before


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


def test_scores_of_different_stages_are_shares_of_the_largest() -> None:
    population = small()
    for task in ("t0", "t1"):
        end(population, 0, task, Cell.RESOLVED)
    end(population, 1, "t0", Cell.RESOLVED)

    assert population.score.tolist() == [0.5, 0.25]


def test_what_is_shown_has_the_trials_that_have_ended_as_its_n() -> None:
    population = small()
    end(population, 0, "t0", Cell.RESOLVED)
    end(population, 0, "t1", Cell.UNRESOLVED)

    standing = standing_of(population, 0)

    assert (standing.score.estimate, standing.score.n, standing.assigned) == (0.5, 2, 4)


def test_a_stopped_series_goes_on_when_an_outcome_under_way_makes_it_likely_again() -> None:
    population = Population(TASKS, Staging((3, 4), (0.6, 0.6), racing=0.4))
    population.add(None)
    population.add(0)
    population.open_trial(1, "t1")
    end(population, 1, "t0", Cell.UNRESOLVED)
    stopped = bool(population.stopped[1]), int(population.waiting[1])

    population.close_trial(1, "t1", Cell.RESOLVED)

    assert stopped == (True, 0)
    assert (population.stopped[1], population.waiting_tasks(1, 4)) == (False, ("t2",))


def test_what_a_flagged_agent_resolves_is_no_credit_to_its_ancestors() -> None:
    population = small()
    end(population, 1, "t0", Cell.RESOLVED)

    population.set_oversight(1, flagged=True, barred=True)
    end(population, 1, "t1", Cell.RESOLVED)
    flagged = int(population.clade_resolved[0])
    population.set_oversight(1, flagged=False, barred=False)

    assert (flagged, population.clade_resolved[0], population.resolved[1]) == (0, 2, 2)


def test_an_agent_that_is_measured_freely_is_owed_nothing() -> None:
    population = Population(TASKS, replace(STAGING, measuring=Measuring.FREE))
    population.add(None)
    population.add(0)

    assert population.waiting.tolist() == [0, 0]
    assert population.undone(1).tolist() == [0, 1, 2, 3]


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
