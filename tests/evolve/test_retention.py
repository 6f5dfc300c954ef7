"""Which children may be parents: the rules, their figures, and what no outcome can do."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.config import EvolveSection
from dgm.evolve import Population, Staging
from dgm.evolve.population import Cell
from dgm.evolve.retention import at_birth, is_due, judge
from dgm.evolve.sketches import Earlier
from dgm.evolve.staging import Measuring

TASKS = tuple(f"t{i}" for i in range(8))
NOVEL = EvolveSection()
BETTER = EvolveSection(retention="keep_better")

outcomes = st.lists(st.booleans(), min_size=8, max_size=8)
lines = st.lists(outcomes, min_size=2, max_size=7)


def measured(*resolved: list[bool], parents: list[int | None] | None = None, tasks: int = 8) -> Population:
    """Return a founder and its children, or agents with the parents that are given, each run on the first tasks."""
    population = Population(TASKS, Staging((8,), (0.5,)))
    for number, outcome in enumerate(resolved):
        population.add((None if number == 0 else 0) if parents is None else parents[number])
        for task, good in list(zip(TASKS, outcome, strict=True))[:tasks]:
            end(population, number, task, Cell.RESOLVED if good else Cell.UNRESOLVED)
    return population


def end(population: Population, agent: int, task: str, cell: Cell) -> None:
    population.open_trial(agent, task)
    population.close_trial(agent, task, cell)


def first(count: int) -> list[bool]:
    return [i < count for i in range(8)]


def last(count: int) -> list[bool]:
    return first(count)[::-1]


def test_a_child_that_resolves_more_is_improving() -> None:
    answer = judge(NOVEL, measured(first(2), first(5)), 1)

    assert answer.eligible
    assert answer.reason == "improving: P(better than a0) 0.92 (5 against 2 of 8 common tasks)"
    assert answer.figures["p_better"] == pytest.approx(0.923, abs=0.001)


def test_a_child_as_good_as_its_parent_on_the_same_tasks_is_no_parent() -> None:
    answer = judge(NOVEL, measured(first(4), first(4)), 1)

    assert not answer.eligible
    assert answer.reason.startswith("neither improving: P(better than a0) 0.50")


def test_a_child_that_resolves_other_tasks_is_novel() -> None:
    answer = judge(NOVEL, measured(first(4), last(4)), 1)

    assert answer.eligible
    assert answer.reason == "novel by what it resolves: its 1 nearest lack 0.50 of it"


def test_a_child_that_fails_where_all_succeed_is_not_novel() -> None:
    assert not judge(NOVEL, measured(first(8), first(0)), 1).eligible


def test_a_child_with_a_new_source_is_novel() -> None:
    answer = judge(NOVEL, measured(first(4), first(4)), 1, Earlier(np.array([0.4]), is_copy=False))

    assert answer.reason == "novel by its source: its 1 nearest lack 0.40 of it"


def test_a_copy_is_not_novel_even_if_luck_let_it_resolve_other_tasks() -> None:
    answer = judge(NOVEL, measured(first(4), last(4)), 1, Earlier(np.array([0.9]), is_copy=True))

    assert not answer.eligible
    assert answer.reason.startswith("a copy of an agent that was there before")


def test_without_sources_the_figures_say_nothing_of_them() -> None:
    figures = judge(NOVEL, measured(first(4), first(4)), 1).figures

    assert figures == {
        "ended": 8,
        "common": 8,
        "resolved": 4,
        "other_resolved": 4,
        "p_better": pytest.approx(0.5),
        "improving_from": 0.6,
        "behaviour": 0.0,
        "behaviour_nearest": 1,
        "novel_behaviour_from": 0.2,
    }


def test_a_child_is_held_against_its_parent_and_not_its_founder() -> None:
    population = measured(first(7), first(1), first(5), parents=[None, 0, 1])

    assert judge(NOVEL, population, 2).reason.startswith("improving: P(better than a1)")


def test_only_common_tasks_are_compared() -> None:
    population = measured(first(2), parents=[None], tasks=4)
    population.add(0)
    for task, good in zip(TASKS, last(5), strict=True):
        end(population, 1, task, Cell.RESOLVED if good else Cell.UNRESOLVED)

    figures = judge(NOVEL, population, 1).figures

    assert (figures["common"], figures["resolved"], figures["other_resolved"], figures["ended"]) == (4, 1, 2, 8)


def test_a_task_that_the_parent_gave_up_proves_nothing_for_the_child() -> None:
    population = measured(first(0), parents=[None], tasks=0)
    population.add(0)
    end(population, 0, "t0", Cell.GIVEN_UP)
    end(population, 1, "t0", Cell.RESOLVED)

    assert judge(NOVEL, population, 1).figures["common"] == 0


@pytest.mark.parametrize(("resolved", "answer"), [(5, True), (4, True), (3, False)])
def test_keep_better_takes_what_is_within_the_leeway_of_its_founder(resolved: int, answer: bool) -> None:
    rule = BETTER.model_copy(update={"leeway": 0.125})
    population = measured(first(5), first(0), first(resolved), parents=[None, 0, 1])

    found = judge(rule, population, 2)

    assert found.eligible is answer
    assert (found.figures["other_resolved"], found.figures["leeway"]) == (5, 0.125)
    assert f"a0's score - 0.125 ({resolved} against 5 of 8 common tasks)" in found.reason


def test_keep_all_takes_a_child_at_birth() -> None:
    assert at_birth(EvolveSection(retention="keep_all"), Staging((8,), (0.5,))).eligible


@pytest.mark.parametrize("rule", [NOVEL, BETTER])
def test_other_rules_wait_for_the_first_stage(rule: EvolveSection) -> None:
    assert not at_birth(rule, Staging((8,), (0.5,))).eligible
    assert not is_due(measured(first(8), first(8), parents=[None, 0], tasks=7), 1, 0)
    assert is_due(measured(first(8), first(8)), 1, 0)


def test_without_stages_a_child_may_be_a_parent_until_it_is_judged() -> None:
    assert at_birth(NOVEL, Staging((8,), (0.5,), measuring=Measuring.FREE)).eligible


def test_a_founder_is_never_judged() -> None:
    assert not is_due(measured(first(0)), 0, 0)


def test_an_agent_is_judged_when_its_first_stage_has_ended_and_then_when_the_next_has() -> None:
    population = Population(TASKS, Staging((2, 4), (0.5, 0.5)))
    population.add(None)
    population.add(0)
    judged, due = 0, []

    for ended, task in enumerate(TASKS[:4], start=1):
        end(population, 1, task, Cell.RESOLVED)
        due.append(is_due(population, 1, judged))
        judged = ended if due[-1] else judged

    assert due == [False, True, False, True]


def test_without_stages_an_agent_is_judged_anew_when_it_has_twice_as_many_trials_and_when_all_are_done() -> None:
    population = Population(TASKS, Staging((2, 7), (0.0,), measuring=Measuring.FREE))
    population.add(None)
    population.add(0)
    judged, due = 0, []

    for ended, task in enumerate(TASKS[:7], start=1):
        end(population, 1, task, Cell.RESOLVED)
        due.append(is_due(population, 1, judged))
        judged = ended if due[-1] else judged

    assert due == [False, True, False, True, False, False, True]


def test_a_child_whose_series_is_stopped_early_is_not_judged() -> None:
    population = Population(TASKS, Staging((6, 8), (0.9, 0.9), racing=0.05))
    population.add(None)
    population.add(0)
    for task in TASKS[:3]:
        end(population, 1, task, Cell.UNRESOLVED)

    assert population.stopped[1]
    assert not is_due(population, 1, 0)


def test_what_a_flagged_agent_resolved_takes_no_novelty_from_others() -> None:
    population = measured(first(4), first(8), last(4))
    before = judge(NOVEL, population, 2)
    population.set_oversight(1, flagged=True, barred=True)

    assert not before.eligible
    assert judge(NOVEL, population, 2).reason.startswith("novel by what it resolves: its 1 nearest")


@given(lines, st.data())
def test_more_failures_never_turn_a_refused_child_into_a_parent(lines: list[list[bool]], data: st.DataObject) -> None:
    child = len(lines) - 1
    rule = data.draw(st.sampled_from([NOVEL, BETTER]))
    failed = data.draw(st.lists(st.booleans(), min_size=8, max_size=8))
    worse = [*lines[:-1], [good and not fails for good, fails in zip(lines[-1], failed, strict=True)]]

    before, after = judge(rule, measured(*lines), child), judge(rule, measured(*worse), child)

    assert before.eligible or not after.eligible
    assert before.figures.get("p_better", 1) >= after.figures.get("p_better", 0)


@given(lines, st.randoms())
def test_relabelling_the_agents_before_a_child_changes_nothing(lines: list[list[bool]], shuffle: Random) -> None:
    founder, *others, child = lines
    shuffled = list(others)
    shuffle.shuffle(shuffled)

    answers = [judge(NOVEL, measured(founder, *each, child), len(lines) - 1) for each in (others, shuffled)]

    assert answers[0] == answers[1]


@given(lines, st.integers(0, 6))
def test_a_child_that_does_what_one_before_it_did_is_never_novel(lines: list[list[bool]], which: int) -> None:
    twin = lines[which % len(lines)]

    answer = judge(NOVEL, measured(*lines, twin), len(lines))

    assert "novel by" not in answer.reason


@given(st.integers(0, 8), st.integers(0, 8), st.booleans())
def test_one_more_task_that_the_child_fails_never_turns_it_into_an_improvement(
    ours: int, theirs: int, parent_resolves: bool
) -> None:
    tasks = (*TASKS, "more")

    def after(count: int) -> bool:
        population = Population(tasks, Staging((8, 9), (0.0, 0.0)))
        for number, resolved, bonus in ((0, theirs, parent_resolves), (1, ours, False)):
            population.add(None if number == 0 else 0)
            for task, good in zip(tasks[:count], [*first(resolved), bonus], strict=False):
                end(population, number, task, Cell.RESOLVED if good else Cell.UNRESOLVED)
        return judge(NOVEL, population, 1).reason.startswith("improving")

    assert after(8) or not after(9)
