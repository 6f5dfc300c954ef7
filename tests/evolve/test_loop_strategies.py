"""Strategies in the loop, with the real archive."""

from dataclasses import replace
from pathlib import Path

import pytest

from dgm.cli.views import view_run
from dgm.evolve import Reason
from dgm.values import AttemptOrder, TrialOrder
from tests.evolve.populations import STRATEGIES
from tests.evolve.worlds import Script, World, config_of, searching_by, suite_of


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_ends_with_the_budget(tmp_path: Path, strategy: str) -> None:
    some = World(tmp_path / "run", searching_by(strategy, config_of(attempts=3, trials=40)))

    end = some.run()

    assert (end.reason, some.told[-1].attempts) == (Reason.FINISHED, 3)
    assert end.best is not None


def test_without_self_improvement_the_founders_code_edits_a_childs(tmp_path: Path) -> None:
    some = World(tmp_path / "run", searching_by("no-self-improvement", config_of(attempts=6), selection="uniform"))

    some.run()

    orders = [order for order in some.script.orders if isinstance(order, AttemptOrder) and order.parent_id]
    assert orders
    for order in orders:
        assert order.editor is not None
        assert (order.editor.agent_id, order.editor.agent) == (0, some.founders["one"])
        assert order.parent != order.editor.agent
    with some.open() as run:
        assert {attempt.editor for attempt in run.archive.attempts()} == {0}


def founder_only(order: TrialOrder) -> bool:
    return order.agent_id == 0


def test_a_series_that_racing_stopped_is_run_no_further_and_shown_as_such(tmp_path: Path) -> None:
    config = searching_by("dgm", config_of(attempts=1), racing=0.01)
    some = World(tmp_path / "run", config, suite_of(6, (4, 6)), script=Script(founder_only))

    some.run()

    with some.open() as run:
        rows = view_run(some.config, some.suite, run.archive).agents
    assert [(row.score.n, row.not_run, row.stopped) for row in rows] == [(6, 0, False), (3, 0, True)]


def test_what_a_budget_cuts_off_is_shown_as_not_run(tmp_path: Path) -> None:
    some = replace(World(tmp_path / "run", config_of(trials=4)), suite=suite_of(6, (6,)))

    some.run()

    with some.open() as run:
        (row,) = view_run(some.config, some.suite, run.archive).agents
    assert (row.score.n, row.not_run, row.stopped) == (4, 2, False)
