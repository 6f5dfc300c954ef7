"""From trials to arms, the ruling, its sentence, and what it is worth later."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.evaluations import LEVEL, Word
from dgm.evolve.confirming import Findings, claims_of, described, find, sentence
from dgm.values import ConfirmationPlan, ConfirmationRecord, Finish, HoldoutKey, HoldoutTrial, Side, TrialState
from tests.evolve.confirming.held import ended, known

BOTH = (Side.FOUNDER, Side.PARENT)


def plan_of(tasks: int, repeats: int = 1, against: tuple[Side, ...] = BOTH) -> ConfirmationPlan:
    return ConfirmationPlan(2, 0, 1, against, tuple(f"t{i}" for i in range(tasks)), repeats, 4, "h", "s")


def outcomes(plan: ConfirmationPlan, **shares: int) -> dict[HoldoutKey, HoldoutTrial]:
    """Return trials in which the agents resolve the first so many tasks, in every repeat."""
    numbers = {"agent": plan.agent, "founder": plan.founder, "parent": plan.parent}
    return known(
        *(
            ended(number, task, repeat, resolved=i < shares[name])
            for name, number in numbers.items()
            for i, task in enumerate(plan.tasks)
            for repeat in range(plan.repeats)
        )
    )


def findings(tasks: int = 8, against: tuple[Side, ...] = BOTH, used: tuple[float, ...] = (), **shares: int) -> Findings:
    plan = plan_of(tasks, against=against)
    return find(plan, outcomes(plan, **shares), used)


def test_resolved_tasks_are_counted_for_each_side() -> None:
    found = findings(agent=8, founder=1, parent=5)

    resolved = {side: arm.resolved for side, arm in found.sides.items()}
    assert found.agent.resolved == 8
    assert resolved == {Side.FOUNDER: 1, Side.PARENT: 5, Side.CONTROL: 1, Side.CEILING: 1}


def test_repeats_are_summed_by_task() -> None:
    plan = plan_of(2, repeats=3)

    assert find(plan, outcomes(plan, agent=1, founder=0, parent=0)).agent.by_task == (3, 0)


def test_cost_is_for_each_resolved_repeat() -> None:
    found = findings(agent=4, founder=0, parent=0)

    assert found.agent.tokens_per_resolved == 8 * 10 / 4
    assert found.sides[Side.FOUNDER].tokens_per_resolved is None


def test_an_attempt_on_the_grader_is_told_and_not_resolved() -> None:
    plan = plan_of(8)
    trials = outcomes(plan, agent=8, founder=0, parent=0)
    trials |= known(ended(2, "t3", resolved=False, finish=Finish.TAMPERED))

    agent = find(plan, trials).agent

    assert (agent.resolved, agent.tampering) == (7, 1)


def test_the_claim_is_against_the_founder_and_the_control() -> None:
    assert findings(agent=8, founder=0, parent=8).ruling.word is Word.CONFIRMED


def test_the_claim_is_against_the_parent_where_only_that_was_asked_for() -> None:
    found = findings(against=(Side.PARENT,), agent=8, founder=0, parent=8)

    assert found.ruling.word is Word.NOT_CONFIRMED
    assert Side.FOUNDER not in found.sides


def test_a_confirmation_that_is_not_complete_has_no_findings() -> None:
    plan = plan_of(2)
    trials = outcomes(plan, agent=2, founder=0, parent=0)
    del trials[HoldoutKey(2, "t0", 0)]

    with pytest.raises(KeyError):
        find(plan, trials)


@given(st.data())
def test_no_change_of_an_outcome_to_anything_worse_raises_the_agents_share(data: st.DataObject) -> None:
    plan = plan_of(4)
    trials = outcomes(plan, agent=4, founder=1, parent=2)
    key = HoldoutKey(2, data.draw(st.sampled_from(plan.tasks)), 0)
    worse = data.draw(st.sampled_from([ended(2, key.task_id), ended(2, key.task_id, state=TrialState.UNSCORED)]))

    found = find(plan, {**trials, key: worse})

    assert found.agent.share.estimate < find(plan, trials).agent.share.estimate
    assert found.agent.share.n == 4


# The sentence.


def test_a_confirmed_agent_is_said_to_be_better_than_whom() -> None:
    said = sentence(findings(agent=8, founder=0, parent=0), 8)

    assert said == (
        "confirmed: a2 is better than its founder a0, and than a0 with the same tokens; than its parent a1 too."
    )


def test_an_agent_that_gained_nothing_is_said_to_be_not_confirmed() -> None:
    assert sentence(findings(agent=3, founder=3, parent=0), 8).startswith("not confirmed: a2 resolved no more than")


def test_more_tasks_are_asked_for_where_the_holdout_has_them() -> None:
    said = sentence(findings(tasks=6, agent=5, founder=0, parent=0), 60)

    assert said.startswith("more trials needed for a2: about ")
    assert "more task" in said


def test_more_repeats_are_asked_for_where_they_would_do() -> None:
    plan = plan_of(12, repeats=2)
    trials = outcomes(plan, agent=0, founder=0, parent=0)
    for i, task in enumerate(plan.tasks[:7]):
        trials[HoldoutKey(2, task, i % 2)] = ended(2, task, i % 2, resolved=True)
    for task in plan.tasks[10:]:
        trials[HoldoutKey(0, task, 0)] = ended(0, task, 0, resolved=True)

    said = sentence(find(plan, trials), 12)

    assert "more repeat" in said
    assert "--repeats" in said


def test_a_holdout_of_too_few_tasks_is_said_to_be_too_small() -> None:
    said = sentence(findings(tasks=5, agent=5, founder=0, parent=0), 5)

    assert said == (
        "more trials needed for a2: no result of 5 tasks could show it, and the holdout has 5: "
        "it would take about 7 tasks."
    )


def test_a_holdout_whose_tasks_differ_too_much_is_said_to_be_too_small() -> None:
    plan = plan_of(10, repeats=3)
    trials = outcomes(plan, agent=6, founder=0, parent=0)
    for task in plan.tasks[6:]:
        trials |= known(*(ended(0, task, repeat, resolved=True) for repeat in range(3)))

    said = sentence(find(plan, trials), 10)

    assert "no number of repeats would do, and the holdout of 10 tasks is too small: it would take about" in said


# Plain data, and what it is worth later.


def test_every_figure_is_described_with_n_and_interval() -> None:
    data = described(findings(agent=8, founder=0, parent=3))

    sides = data["against"]
    assert isinstance(sides, dict)
    for arm in (data["agent"], *sides.values()):
        assert arm["share"].keys() == {"estimate", "low", "high", "n"}
    for arm in sides.values():
        assert arm["gain"]["n"] == 8


def record(number: int, agent: int, p: float | None, word: str = "confirmed") -> ConfirmationRecord:
    plan = ConfirmationPlan(agent, 0, 1, BOTH, ("t0",), 1, 4, "h", "s")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return ConfirmationRecord(number, plan, at, None if p is None else at, p, word if p is not None else "")


def test_a_claim_names_whom_it_is_against() -> None:
    assert claims_of([record(1, 2, 0.01)])[2].against == ("a0", "a0 with the same tokens")


def test_a_confirmation_that_has_not_ended_makes_no_claim_and_counts_as_a_use() -> None:
    claims = claims_of([record(1, 2, 0.01), record(2, 3, None)])

    assert claims.keys() == {2}
    assert claims[2].p_holm == 0.02


def test_the_newest_confirmation_of_an_agent_counts() -> None:
    assert claims_of([record(1, 2, 0.001), record(2, 2, 0.9, "not confirmed")])[2].word is Word.NOT_CONFIRMED


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=6), further=st.floats(0, 1))
def test_a_further_confirmation_never_makes_a_claim_hold(p_values: list[float], further: float) -> None:
    records = [record(i, i, p, "confirmed" if p <= LEVEL else "not confirmed") for i, p in enumerate(p_values)]

    before, after = claims_of(records), claims_of([*records, record(99, 99, further)])

    assert all(before[i].holds or not after[i].holds for i in range(len(records)))
