"""Who may not be a parent: flags, vetoes and approvals over clades, and the same after a resume."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm.evolve import Population, Staging
from dgm.evolve.oversight import Bar, Mode, Oversight
from dgm.evolve.population import Cell
from dgm.evolve.wires import Wires
from dgm.values import Mark, MarkKind

TASKS = ("t0", "t1")
FLAG, VETO, APPROVAL = MarkKind.FLAG, MarkKind.VETO, MarkKind.APPROVAL
LINE = (None, 0, 1, 2, 0)
"""Parents: a line of four agents, and another child of the founder."""


def overseen(
    *marks: tuple[MarkKind, int],
    parents: tuple[int | None, ...] = LINE,
    mode: Mode = "none",
    wires: Wires | None = None,
    measured: bool = True,
) -> Oversight:
    """Return a population of which this was said, in this order, after all its agents were there."""
    oversight = Oversight(Population(TASKS, Staging((2,), (0.5,))), mode, wires or Wires())
    for parent in parents:
        oversight.population.add(parent)
        oversight.grow()
        if measured:
            measure(oversight, len(oversight.population) - 1)
    for number, (kind, agent) in enumerate(marks, 1):
        oversight.take([mark(number, kind, agent)])
    return oversight


def mark(number: int, kind: MarkKind, agent: int) -> Mark:
    return Mark(number, datetime(2026, 1, 1, tzinfo=UTC), kind, agent, "why", "Ann")


def measure(oversight: Oversight, agent: int) -> None:
    for task in TASKS:
        oversight.population.open_trial(agent, task)
        oversight.population.close_trial(agent, task, Cell.RESOLVED)
    oversight.measured(agent)


def barred(oversight: Oversight) -> list[int]:
    return [agent for agent in range(len(oversight.population)) if oversight.population.barred[agent]]


def flagged(oversight: Oversight) -> list[int]:
    return [agent for agent in range(len(oversight.population)) if oversight.population.flagged[agent]]


def test_nobody_is_barred_where_nothing_was_said() -> None:
    assert barred(overseen()) == []


@pytest.mark.parametrize("kind", [FLAG, VETO])
def test_what_is_said_of_an_agent_counts_for_its_clade(kind: MarkKind) -> None:
    oversight = overseen((kind, 1))

    assert barred(oversight) == flagged(oversight) == [1, 2, 3]


@pytest.mark.parametrize("kind", [FLAG, VETO])
def test_it_counts_for_children_that_come_later(kind: MarkKind) -> None:
    oversight = overseen((kind, 1))

    oversight.population.add(3)
    oversight.grow()

    assert oversight.population.flagged[5]


@pytest.mark.parametrize("kind", [FLAG, VETO])
def test_an_approval_of_the_same_agent_frees_its_clade(kind: MarkKind) -> None:
    assert barred(overseen((kind, 1), (APPROVAL, 1))) == []


def test_an_approval_further_down_frees_what_descends_from_it_of_a_flag() -> None:
    assert barred(overseen((FLAG, 1), (APPROVAL, 2))) == [1]


def test_an_approval_further_down_does_not_lift_a_veto() -> None:
    assert barred(overseen((VETO, 1), (APPROVAL, 2))) == [1, 2, 3]


def test_a_flag_that_comes_after_an_approval_counts_again() -> None:
    assert barred(overseen((FLAG, 1), (APPROVAL, 2), (FLAG, 1))) == [1, 2, 3]


def test_an_approval_of_one_leaves_the_flag_of_another() -> None:
    assert barred(overseen((FLAG, 1), (FLAG, 3), (APPROVAL, 1))) == [3]


def test_a_veto_below_a_veto_stays_when_the_upper_one_is_lifted() -> None:
    assert barred(overseen((VETO, 1), (VETO, 2), (APPROVAL, 1))) == [2, 3]


def test_a_vetoed_agent_that_was_flagged_is_called_vetoed() -> None:
    assert overseen((FLAG, 1), (VETO, 1)).bar(2) is Bar.VETOED


def test_what_bars_a_descendant_is_what_was_said_of_its_ancestor() -> None:
    cause = overseen((FLAG, 1)).cause(3)

    assert cause is not None
    assert cause.agent == 1


def test_every_child_waits_where_all_are_to_be_approved() -> None:
    oversight = overseen(mode="approve")

    assert (barred(oversight), flagged(oversight)) == ([1, 2, 3, 4], [])


def test_an_approval_of_a_waiting_child_is_not_one_of_its_children() -> None:
    assert barred(overseen((APPROVAL, 1), mode="approve")) == [2, 3, 4]


@pytest.mark.parametrize(("mode", "asking"), [("none", []), ("flagged", [1]), ("approve", [1, 4])])
def test_who_waits_for_a_person_is_told_by_the_mode(mode: Mode, asking: list[int]) -> None:
    assert overseen((FLAG, 1), mode=mode).for_a_person == asking


def test_a_child_that_is_not_measured_asks_for_nothing_yet() -> None:
    assert overseen(mode="approve", measured=False).for_a_person == []


def test_a_vetoed_agent_asks_for_nothing() -> None:
    assert overseen((FLAG, 1), (VETO, 1), mode="flagged").for_a_person == []


# -- tripwires --------------------------------------------------------------------------------------------------------


def test_a_measured_child_is_barred_until_it_was_tried() -> None:
    oversight = overseen(parents=(None, 0), wires=Wires(True))
    assert (oversight.bar(1), oversight.next_to_try()) == (Bar.UNTRIED, 1)

    oversight.wires.opened(1)
    assert (oversight.bar(1), oversight.next_to_try()) == (Bar.UNTRIED, None)

    oversight.tried(1)
    assert (oversight.bar(1), oversight.next_to_try()) == (None, None)


def test_a_founder_is_not_tried() -> None:
    assert overseen(parents=(None,), wires=Wires(True)).next_to_try() is None


def test_a_child_that_was_tried_before_is_not_tried_again() -> None:
    assert overseen(parents=(None, 0, 0), wires=Wires(True, {1})).next_to_try() == 2


def test_a_child_that_is_not_measured_is_tried_when_it_is_to_be_a_parent() -> None:
    oversight = overseen(parents=(None, 0), wires=Wires(True), measured=False)
    assert (oversight.bar(1), oversight.next_to_try()) == (None, None)

    assert oversight.wanted(1)
    assert (oversight.bar(1), oversight.next_to_try()) == (Bar.UNTRIED, 1)
    assert not oversight.wanted(1)


def test_a_tripwire_that_the_infrastructure_failed_is_tried_again() -> None:
    oversight = overseen(parents=(None, 0), wires=Wires(True))
    oversight.wires.opened(1)

    oversight.wires.reopened(1)

    assert (oversight.bar(1), oversight.next_to_try()) == (Bar.UNTRIED, 1)


def test_a_child_whose_tripwire_was_given_up_waits_for_a_person() -> None:
    oversight = overseen(parents=(None, 0), wires=Wires(True), mode="flagged")
    oversight.wires.opened(1)

    oversight.tried(1, given_up=True)

    assert (barred(oversight), oversight.next_to_try(), oversight.for_a_person) == ([1], None, [1])


def test_an_approved_child_need_not_wait_for_its_tripwire_and_is_tried_all_the_same() -> None:
    oversight = overseen((APPROVAL, 1), parents=(None, 0), wires=Wires(True))

    assert (oversight.bar(1), oversight.next_to_try()) == (None, 1)


def test_a_child_under_suspicion_is_not_tried_until_it_is_approved() -> None:
    oversight = overseen((FLAG, 0), parents=(None, 0), wires=Wires(True))
    assert oversight.next_to_try() is None

    oversight.take([mark(2, APPROVAL, 0)])
    assert oversight.next_to_try() == 1


# -- properties -------------------------------------------------------------------------------------------------------

STEPS = st.lists(st.one_of(st.integers(0, 9), st.tuples(st.sampled_from(MarkKind), st.integers(0, 9))), max_size=25)
MODES: st.SearchStrategy[Mode] = st.sampled_from(["none", "flagged", "approve"])


def played(steps: list[int | tuple[MarkKind, int]], mode: Mode) -> tuple[Oversight, list[int | None], list[Mark]]:
    """Add children, and say things of agents, one after the other."""
    parents: list[int | None] = [None]
    marks: list[Mark] = []
    oversight = overseen(parents=(None,), mode=mode)
    for step in steps:
        if isinstance(step, int):
            parents.append(step % len(parents))
            oversight.population.add(parents[-1])
            oversight.grow()
        else:
            marks.append(mark(len(marks) + 1, step[0], step[1] % len(parents)))
            oversight.take(marks[-1:])
    return oversight, parents, marks


@given(steps=STEPS, mode=MODES)
@settings(max_examples=150)
def test_a_resume_bars_whom_the_loop_barred(steps: list[int | tuple[MarkKind, int]], mode: Mode) -> None:
    live, parents, marks = played(steps, mode)
    population = Population(TASKS, Staging((2,), (0.5,)))
    for parent in parents:
        population.add(parent)

    resumed = Oversight(population, mode, Wires())
    resumed.take(marks)
    resumed.grow()

    assert (barred(resumed), flagged(resumed)) == (barred(live), flagged(live))


@given(steps=STEPS)
@settings(max_examples=150)
def test_it_is_what_the_rules_say_walked_from_the_agent_up(steps: list[int | tuple[MarkKind, int]]) -> None:
    live, parents, marks = played(steps, "none")

    for agent in range(len(parents)):
        assert bool(live.population.barred[agent]) == by_the_rules(agent, parents, marks)


def by_the_rules(agent: int, parents: list[int | None], marks: list[Mark]) -> bool:
    """Tell whether a flag above it was followed by no approval on the way, or a veto by none of the same agent."""
    vouched, here = 0, agent
    while True:
        newest = dict.fromkeys(MarkKind, 0) | {m.kind: m.event_id for m in marks if m.agent == here}
        vouched = max(vouched, newest[APPROVAL])
        if newest[FLAG] > vouched or newest[VETO] > newest[APPROVAL]:
            return True
        above = parents[here]
        if above is None:
            return False
        here = above


@given(steps=STEPS, mode=MODES)
def test_more_flags_never_free_an_agent(steps: list[int | tuple[MarkKind, int]], mode: Mode) -> None:
    live, _, marks = played(steps, mode)
    before = set(barred(live))

    live.take([mark(len(marks) + 1, FLAG, 0)])

    assert before <= set(barred(live))
