"""Beliefs about skill and difficulty, against exact answers and against what must hold."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dgm.evolve.beliefs import ALONE, DRIFT, STEP, Beliefs

TASKS = 6
outcomes = st.lists(st.tuples(st.integers(0, 4), st.integers(0, TASKS - 1), st.booleans()), max_size=25)
some = settings(max_examples=30)


def family(*seen: tuple[int, int, bool]) -> Beliefs:
    """Return beliefs about a founder, two children, a grandchild of the first and its child."""
    beliefs = Beliefs(TASKS)
    for parent in (None, 0, 0, 1, 3):
        beliefs.add(parent)
    for agent, task, resolved in seen:
        beliefs.observe(np.array([(agent, task, resolved)]))
    return beliefs


def unique(seen: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    return list({(agent, task): (agent, task, resolved) for agent, task, resolved in seen}.values())


def test_without_outcomes_a_child_is_a_step_from_its_parent() -> None:
    mean, variance = family().skills()

    assert mean == pytest.approx([0, DRIFT, DRIFT, 2 * DRIFT, 3 * DRIFT], abs=1e-5)
    assert variance == pytest.approx([ALONE**2 + n * STEP**2 for n in (0, 1, 1, 2, 3)])


def test_the_tree_is_solved_as_a_dense_normal_distribution_is() -> None:
    rng = np.random.default_rng(3)
    beliefs = family(*((a, t, bool(rng.random() < 0.4)) for a in range(5) for t in range(TASKS) if rng.random() < 0.7))
    sites, shifts = beliefs._own.view[1:].T
    parents, links, drifts = [None, 0, 0, 1, 3], [ALONE**-2] + [STEP**-2] * 4, [0.0] + [DRIFT] * 4
    precision, shift = np.diag(sites).copy(), shifts.copy()
    for child, (parent, link, drift) in enumerate(zip(parents, links, drifts, strict=True)):
        edge = np.eye(5)[child] - (0 if parent is None else np.eye(5)[parent])
        precision += link * np.outer(edge, edge)
        shift += link * drift * edge

    mean, variance = beliefs.skills()

    assert mean == pytest.approx(np.linalg.solve(precision, shift), abs=1e-9)
    assert variance == pytest.approx(np.diag(np.linalg.inv(precision)))


@some
@given(seen=outcomes.map(unique), data=st.data())
def test_few_outcomes_give_the_same_beliefs_in_any_order(
    seen: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(seen))

    first, second = family(*seen).skills(), family(*other).skills()

    assert first.mean == pytest.approx(second.mean, abs=1e-9)
    assert first.variance == pytest.approx(second.variance, abs=1e-9)


@some
@given(seen=outcomes.map(unique).filter(len), data=st.data())
@example(seen=[(4, 0, True)], data=None)
def test_a_failure_instead_of_a_success_lowers_the_belief_in_its_agent(
    seen: list[tuple[int, int, bool]], data: st.DataObject | None
) -> None:
    index = 0 if data is None else data.draw(st.integers(0, len(seen) - 1))
    agent, task, _ = seen[index]
    rest = [outcome for i, outcome in enumerate(seen) if i != index]

    better, worse = (family(*rest, (agent, task, resolved)).skills().mean[agent] for resolved in (True, False))

    assert worse <= better


def test_a_trial_of_an_agent_tells_of_its_parent_and_less_than_of_itself() -> None:
    before, after = family().skills().mean, family((3, 0, True)).skills().mean

    assert after[3] - before[3] > after[1] - before[1] > 0


def test_a_task_that_everybody_fails_is_believed_to_be_hard() -> None:
    beliefs = family(*((agent, task, task > 0) for agent in range(5) for task in range(TASKS)))

    assert beliefs.difficulty[0] > beliefs.difficulty[1:].max() + 2


def test_an_incremental_belief_is_close_to_one_fitted_at_once() -> None:
    rng = np.random.default_rng(5)
    grown, tasks = Beliefs(40), 40
    for number in range(30):
        grown.add(None if number == 0 else int(rng.integers(number)))
    seen = [(a, t, bool(rng.random() < 0.3 + 0.02 * a)) for a in range(30) for t in range(tasks)]
    for index in rng.permutation(len(seen)):
        grown.observe(np.array([seen[index]]))
    before = grown.skills().mean.copy()

    grown._fit()

    assert np.abs(grown._passed_down().mean[1:] - before).max() < 0.15


def test_outcomes_at_once_are_believed_bit_for_bit_as_one_by_one() -> None:
    """A run that is resumed takes all of them at once, when the agents that came later are there already."""
    rng = np.random.default_rng(6)
    parents = [None, *(int(rng.integers(number)) for number in range(1, 30))]
    seen = np.array([(agent, task, rng.random() < 0.4) for agent in range(30) for task in range(TASKS)])
    single, whole = Beliefs(TASKS), Beliefs(TASKS)
    for agent in range(30):
        single.add(parents[agent])
        for outcome in seen[seen[:, 0] == agent]:
            single.observe(outcome[np.newaxis])
    for parent in parents:
        whole.add(parent)
    whole.observe(seen)

    assert all((one == other).all() for one, other in zip(single.skills(), whole.skills(), strict=True))


def test_skills_are_found_again_from_outcomes_of_the_model_itself() -> None:
    rng = np.random.default_rng(11)
    agents, tasks = 40, 60
    beliefs, skill, hardness = Beliefs(tasks), np.zeros(agents), rng.normal(1.5, 2.0, tasks)
    for number in range(agents):
        parent = None if number == 0 else int(rng.integers(number))
        beliefs.add(parent)
        skill[number] = 0 if parent is None else skill[parent] + rng.normal(DRIFT, STEP)
    for agent in range(agents):
        for task in rng.permutation(tasks)[:30]:
            resolved = rng.random() < 1 / (1 + np.exp(hardness[task] - skill[agent]))
            beliefs.observe(np.array([(agent, task, resolved)]))

    mean, variance = beliefs.skills()

    assert np.corrcoef(mean, skill)[0, 1] > 0.8
    assert np.mean(np.abs(mean[1:] - skill[1:]) < 2 * np.sqrt(variance[1:])) > 0.7
