"""What an attempt is told of what was tried before on its lineage."""

from dataclasses import replace
from pathlib import Path

import pytest

from dgm.config import EvolveSection
from dgm.evolve.past import MAX_ON_PARENT, MAX_TRIED_DIFF
from dgm.values import AttemptOrder, AttemptOutcome, Effect, Failure, Focus, FocusKind, TrialOrder
from tests.evolve.worlds import Script, World, world


class Failing(Script):
    """The attempts that are named by number fail, and leave a difference."""

    def __init__(self, *numbers: int, failure: Failure = Failure.OWN_TESTS, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.numbers, self.failure = numbers, failure

    def attempt(self, order: AttemptOrder) -> AttemptOutcome:
        outcome = super().attempt(order)
        if order.attempt_id not in self.numbers:
            return outcome
        return replace(
            outcome,
            child=None,
            manifest=None,
            failure=self.failure,
            detail="try 2: exit code 1",
            artifacts={"child.diff": b"+ broken\n" * 10_000},
        )


def orders_of(some: World) -> list[AttemptOrder]:
    return [order for order in some.script.orders if isinstance(order, AttemptOrder)]


def improves(order: TrialOrder) -> bool:
    return order.task.task_id == "t0" or (order.agent_id > 0 and order.task.task_id != "t3")


def test_a_failed_attempt_is_told_with_its_reason_and_its_difference(tmp_path: Path) -> None:
    some = world(tmp_path, Failing(1), attempts=2)

    some.run()

    (tried,) = orders_of(some)[1].tried
    assert (tried.attempt_id, tried.parent_id, tried.child_id, tried.failure) == (1, 0, None, Failure.OWN_TESTS)
    assert tried.detail == "try 2: exit code 1"
    assert tried.proposal.startswith("proposal 1 on ")
    assert tried.diff.startswith("+ broken")


def test_a_difference_that_is_told_is_bounded(tmp_path: Path) -> None:
    some = world(tmp_path, Failing(1), attempts=2)

    some.run()

    assert len(orders_of(some)[1].tried[0].diff) == MAX_TRIED_DIFF


@pytest.mark.parametrize("failure", [Failure.INFRASTRUCTURE, Failure.LOST])
def test_what_failed_through_no_fault_of_an_agent_is_not_told(tmp_path: Path, failure: Failure) -> None:
    some = world(tmp_path, Failing(1, failure=failure), attempts=2)

    some.run()

    assert orders_of(some)[1].tried == ()


def test_a_child_of_the_same_parent_is_told_with_its_effect_and_what_became_of_it(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=2)

    some.run()

    (tried,) = orders_of(some)[1].tried
    assert (tried.child_id, tried.effect, tried.retained) == (1, Effect(1, 1, 2), False)
    assert "+print(1)" in tried.diff


def test_the_attempt_that_made_the_parent_stands_in_its_lineage_and_nowhere_else(tmp_path: Path) -> None:
    some = world(tmp_path, Failing(1, resolves=improves), tasks=4, attempts=3)
    some.config = some.config.model_copy(update={"evolve": EvolveSection(selection="best")})

    some.run()

    last = orders_of(some)[-1]
    assert last.parent_id == 1
    assert [(each.agent_id, each.effect) for each in last.lineage] == [(0, None), (1, Effect(1, 3, 4))]
    assert [tried.attempt_id for tried in last.tried] == [1]


def test_only_the_newest_attempts_are_told(tmp_path: Path) -> None:
    numbers = range(1, MAX_ON_PARENT + 4)
    some = world(tmp_path, Failing(*numbers), attempts=MAX_ON_PARENT + 4)

    some.run()

    told = [tried.attempt_id for tried in orders_of(some)[-1].tried]
    assert told == list(numbers)[-MAX_ON_PARENT:]


def test_an_attempt_is_told_what_is_left_of_the_budget(tmp_path: Path) -> None:
    some = world(tmp_path, Failing(1), attempts=2, tokens=10_000_000)

    some.run()

    assert [order.budget["attempts"] for order in orders_of(some)] == [2, 1]
    assert orders_of(some)[0].budget["tokens"] == 10_000_000 - 3 * 10


def test_nothing_hidden_is_told(tmp_path: Path) -> None:
    some = world(tmp_path, Failing(1), attempts=3)

    some.run()

    told = repr([(order.tried, order.lineage, order.budget) for order in orders_of(some)])
    assert "HIDDEN" not in told
    assert "REFERENCE" not in told


def test_a_focus_on_a_cluster_is_kept_with_its_tasks(tmp_path: Path) -> None:
    some = world(tmp_path, Failing(1), tasks=4, attempts=1)
    some.config = some.config.model_copy(update={"evolve": EvolveSection(focus="clusters")})

    some.run()

    with some.open() as run:
        (attempt,) = run.archive.attempts()
    assert attempt.focus in {Focus(FocusKind.CLUSTER, task, ("t1", "t3")) for task in ("t1", "t3")}
    assert orders_of(some)[0].focus == attempt.focus


def test_attempts_are_repaired_as_often_as_the_run_says(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    some.config = some.config.model_copy(update={"evolve": EvolveSection(repairs=3)})

    some.run()

    assert orders_of(some)[0].repairs == 3
