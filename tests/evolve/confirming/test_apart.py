"""The holdout is for confirmations only, and a search goes on as if there had been none."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from dgm.cluster import InlineExecutor
from dgm.evolve.confirming import ConfirmationLoop, confirmation_budget, plan_confirmation
from dgm.evolve.orders import Orders
from dgm.values import AttemptOrder, Lease, Split, Suite, Tree
from tests.evolve.confirming.held import suite_with
from tests.evolve.worlds import MODELS, World, config_of

MARKER = "MARKER-OF-THE-HOLDOUT"


def marked(suite: Suite) -> Suite:
    """Mark everything of the holdout's tasks."""
    files = Tree.of({"marked.py": MARKER})
    parts = {"instruction": MARKER, "public": files, "hidden": files, "reference": files}
    tasks = (replace(one, **parts) if one.split is Split.HOLDOUT else one for one in suite.tasks)
    return replace(suite, tasks=tuple(tasks))


@pytest.fixture
def searched(tmp_path: Path) -> World:
    """A search with one child made, on a suite whose holdout is marked."""
    some = World(tmp_path / "run", config_of(attempts=1), marked(suite_with()))
    some.run()
    return some


def confirm(some: World) -> None:
    with some.open() as run:
        plan = plan_confirmation(run.archive, some.suite, 1, some.config.confirm, "s")
        record = run.archive.open_confirmation(plan, "begins")
        config = some.config.model_copy(update={"budget": confirmation_budget(some.config.confirm, plan)})
        ports = (run.archive, run.archive, InlineExecutor(lambda: some.script), some.clock)
        loop = ConfirmationLoop(
            config, some.suite, record, MODELS, *ports, observer=lambda progress: None, stop=lambda: False
        )
        assert loop.run().findings is not None


def grown(some: World) -> list[str]:
    """Let the search make two more children, and return all commits."""
    some.config = config_of(attempts=3)
    some.run()
    with some.open() as run:
        return [agent.commit for agent in run.archive.agents()]


def test_nothing_of_the_holdout_is_in_any_order_of_a_search(searched: World) -> None:
    assert searched.script.orders
    assert not any(MARKER.encode() in pickle.dumps(order) for order in searched.script.orders)


def test_the_holdout_is_in_the_orders_of_a_confirmation(searched: World) -> None:
    """Without it the tests beside this one would prove nothing."""
    confirm(searched)

    assert any(MARKER.encode() in pickle.dumps(order) for order in searched.script.orders)


def test_nothing_of_a_confirmation_reaches_an_attempt_after_it(searched: World) -> None:
    searched.script.resolves = lambda order: order.task.split is Split.HOLDOUT
    confirm(searched)
    before = len(searched.script.orders)

    grown(searched)

    attempts = [order for order in searched.script.orders[before:] if isinstance(order, AttemptOrder)]
    assert len(attempts) == 2
    assert not any(MARKER.encode() in pickle.dumps(order) for order in searched.script.orders[before:])
    assert {trial.task_id for order in attempts for trial in order.evidence} == {"t0", "t1"}


def test_a_search_goes_on_as_if_nothing_had_been_confirmed(tmp_path: Path) -> None:
    commits = []
    for confirms in (False, True):
        some = World(tmp_path / str(confirms), config_of(attempts=1), marked(suite_with()))
        some.run()
        if confirms:
            confirm(some)
        commits.append(grown(some))

    assert commits[0] == commits[1]


def test_a_search_counts_and_pays_nothing_of_a_confirmation(searched: World) -> None:
    with searched.open() as run:
        before = (run.archive.totals(), run.archive.trials(), run.archive.trial_results())

    confirm(searched)

    with searched.open() as run:
        assert (run.archive.totals(), run.archive.trials(), run.archive.trial_results()) == before


def test_a_search_cannot_order_a_task_of_the_holdout(searched: World) -> None:
    with searched.open() as run:
        orders = Orders(searched.config, searched.suite, run.archive, MODELS)

        with pytest.raises(KeyError, match="t50"):
            orders.trial(1, 0, "t50", 0, Lease(1, 0.0, 1.0))
