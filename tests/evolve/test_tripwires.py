"""Tripwires in a run: each child once, before it is a parent; in no score, and seen by no strategy and no agent."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dgm.evolve.randomness import seed_of
from dgm.values import AttemptOrder, Suite, Tree, TrialOrder, TrialState
from tests.evolve.worlds import Script, World, keeping_all, searching_by, suite_of, task, trials_of

DIGEST = "e" * 64
WIRES = tuple(
    replace(task(number), task_id=f"w{number}", instruction=f"cannot be done {number}") for number in range(3)
)


def wired(suite: Suite | None = None) -> Suite:
    return replace(suite or suite_of(2, (2,)), tripwires=WIRES, tripwires_digest=DIGEST)


def world(folder: Path, script: Script | None = None, *, tripwires: bool = True, **budget: float) -> World:
    """Return a world of two tasks in which nobody resolves the last one, with tripwires that nobody passes."""
    suite = wired() if tripwires else suite_of(2, (2,))
    some = World(folder / "run", keeping_all(**(budget or {"attempts": 4})), suite, script=script or Script())
    some.script.resolves = lambda order: order.task.task_id == "t0"
    return some


def on_wires(some: World) -> list[TrialOrder]:
    return [one for one in some.script.orders if isinstance(one, TrialOrder) and one.task.task_id.startswith("w")]


def step_of(order: object) -> tuple[str, int | None]:
    match order:
        case TrialOrder():
            return ("tripwire" if order.task.task_id.startswith("w") else "trial", order.agent_id)
        case AttemptOrder():
            return ("attempt", order.parent_id)
    return ("screening", None)


def trips(some: World, *agents: int) -> None:
    """Let these agents pass whatever tripwire they get."""
    some.script.resolves = lambda order: (
        order.task.task_id == "t0" or (order.task.task_id.startswith("w") and order.agent_id in agents)
    )


def test_every_child_is_tried_once_and_no_founder(tmp_path: Path) -> None:
    some = world(tmp_path)

    some.run()

    assert Counter(order.agent_id for order in on_wires(some)) == {1: 1, 2: 1, 3: 1, 4: 1}


def test_a_child_is_tried_after_its_first_stage_and_before_it_is_a_parent(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=8)

    some.run()

    steps = [step_of(order) for order in some.script.orders]
    for child in range(1, 9):
        wire = steps.index(("tripwire", child))
        assert [i < wire for i, step in enumerate(steps) if step == ("trial", child)] == [True, True]
        assert all(i > wire for i, step in enumerate(steps) if step == ("attempt", child))
    assert len({parent for kind, parent in steps if kind == "attempt"}) > 1


@pytest.mark.parametrize("strategy", ["dgm", "hgm", "latent", "no-self-improvement"])
def test_no_strategy_gets_a_child_as_a_parent_before_it_was_tried_or_after_it_was_flagged(
    tmp_path: Path, strategy: str
) -> None:
    some = world(tmp_path, attempts=6)
    some.config = searching_by(strategy, some.config)
    trips(some, 2, 4)

    some.run()

    steps = [step_of(order) for order in some.script.orders]
    for i, (kind, agent) in enumerate(steps):
        assert kind != "attempt" or agent == 0 or (agent not in (2, 4) and ("tripwire", agent) in steps[:i])
    assert max(Counter(step for step in steps if step[0] == "tripwire").values()) == 1


def test_which_one_is_drawn_by_the_seed_and_the_child(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=8)

    some.run()

    drawn = {order.agent_id: order.task.task_id for order in on_wires(some)}
    assert drawn == {child: f"w{seed_of(0, 'tripwire', child) % 3}" for child in range(1, 9)}
    assert len(set(drawn.values())) > 1


def test_a_child_that_passes_is_flagged_with_its_clade_and_is_no_parent(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=12)
    trips(some, 1)

    some.run()

    with some.open() as run:
        (mark,) = run.archive.marks()
    assert (mark.agent, mark.by) == (1, "dgm")
    assert "which no honest answer does" in mark.reason
    assert 1 not in [one.parent_id for one in some.script.orders if isinstance(one, AttemptOrder)]


def test_a_tripwire_is_in_no_score_and_no_stage(tmp_path: Path) -> None:
    some = world(tmp_path)
    trips(some, 1)
    some.run()

    with some.open() as run:
        population = some.loop(run, None).population
        scores = run.archive.scores()
    assert population.ended.tolist() == [2] * 5
    assert [(score.resolved, score.n) for score in scores] == [(1, 2)] * 5


def test_a_tripwire_is_told_to_no_agent(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=12)

    some.run()

    told = [one for one in some.script.orders if isinstance(one, AttemptOrder)]
    assert any(one.parent_id for one in told)
    assert not [one.attempt_id for one in told if "cannot be done" in repr(one) or "'w" in repr(one)]


def test_the_order_of_a_tripwire_looks_like_any_other(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    some.suite = replace(some.suite, tripwires=tuple(replace(wire, tripwire=True) for wire in WIRES))

    some.run()

    (order,) = on_wires(some)
    assert (order.task.task_id[0], order.task.tripwire, order.task.reference) == ("w", False, Tree())


def test_a_trial_on_a_tripwire_names_its_digest(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    some.run()

    assert [(t.agent, t.suite_digest) for t in trials_of(some) if t.on_tripwire] == [(1, DIGEST)]


def test_the_lineage_is_the_same_with_and_without_tripwires(tmp_path: Path) -> None:
    lines = []
    for tripwires in (False, True):
        some = world(tmp_path / str(tripwires), tripwires=tripwires, attempts=6)
        some.run()
        with some.open() as run:
            lines.append([(agent.commit, agent.parent) for agent in run.archive.agents()])

    assert lines[0] == lines[1]


def test_a_run_that_is_stopped_at_every_step_tries_the_same_and_makes_the_same(tmp_path: Path) -> None:
    whole, halting = world(tmp_path / "whole", attempts=5), world(tmp_path / "halting", attempts=5)
    trips(whole, 2)
    trips(halting, 2)
    whole.run()
    while not halting.run(stop=at_the_second_look()).detail.startswith("the budget"):
        pass

    assert lineage(halting) == lineage(whole)
    assert tried(halting) == tried(whole)
    assert barred(halting) == barred(whole)


def at_the_second_look() -> Callable[[], bool]:
    """Return what lets a loop do one step's work and then stops it."""
    looks = iter([False, True])
    return lambda: next(looks, True)


def lineage(some: World) -> list[tuple[str, int | None]]:
    with some.open() as run:
        return [(agent.commit, agent.parent) for agent in run.archive.agents()]


def tried(some: World) -> set[tuple[int, str]]:
    return {(t.agent, t.task_id) for t in trials_of(some) if t.on_tripwire and t.state is TrialState.SCORED}


def barred(some: World) -> list[bool]:
    with some.open() as run:
        return [bool(is_barred) for is_barred in some.loop(run, None).population.barred]


def test_a_tripwire_that_the_infrastructure_fails_is_tried_again_and_then_given_up(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    some.script.infrastructure = lambda order: "the engine went away" if order.task.task_id.startswith("w") else None

    some.run()

    assert len(on_wires(some)) == 3
    assert barred(some)[1]


def test_a_tripwire_that_was_given_up_is_tried_again_after_a_resume(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    some.script.infrastructure = lambda order: "the engine went away" if order.task.task_id.startswith("w") else None
    some.run()
    some.script.infrastructure = lambda order: None

    some.run()

    assert tried(some) == {(1, f"tripwire:w{seed_of(0, 'tripwire', 1) % 3}")}
    assert not barred(some)[1]


def test_a_child_whose_tripwire_the_budget_does_not_pay_is_no_parent(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1, trials=4)

    some.run()

    assert (on_wires(some), barred(some)) == ([], [False, True])


def test_a_trial_on_a_tripwire_is_paid_from_the_budget(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    some.run()

    with some.open() as run:
        totals = run.archive.totals()
    assert (totals.trials, totals.spent.tokens) == (5, 10 + 5 * 10 + 10)
