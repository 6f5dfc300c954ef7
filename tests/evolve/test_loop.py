"""The loop with the real archive and a handler that answers as it is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dgm.errors import ConfigError
from dgm.evolve import Reason
from dgm.evolve.faults import IN_A_ROW
from dgm.evolve.randomness import generator_at
from dgm.values import (
    AttemptOrder,
    AttemptOutcome,
    AttemptState,
    Failure,
    ScreeningOrder,
    Spent,
    Totals,
    Tree,
    TrialOrder,
    TrialOutcome,
    TrialState,
    WorkKind,
)
from tests.evolve.worlds import Script, failing, totals_of, trials_of, world


def test_a_founder_is_measured_on_every_task(tmp_path: Path) -> None:
    some = world(tmp_path)

    end = some.run()

    assert (end.reason, end.detail) == (Reason.FINISHED, "the budget of 0 attempts is used up")
    assert [(t.agent, t.task_id, t.state) for t in trials_of(some)] == [
        (0, "t0", TrialState.SCORED),
        (0, "t1", TrialState.SCORED),
    ]


def test_a_child_is_measured_as_well(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)

    some.run()

    assert [t.agent for t in trials_of(some)] == [0, 0, 1, 1]


def test_a_failed_attempt_is_recorded_with_its_reason_and_cost(tmp_path: Path) -> None:
    some = world(tmp_path, Script(attempt_failure=Failure.NO_CHANGE), attempts=1)

    some.run()

    with some.open() as run:
        (attempt,) = run.archive.attempts()
    assert (attempt.state, attempt.failure, attempt.spent.tokens) == (AttemptState.FAILED, Failure.NO_CHANGE, 10)


def test_a_child_that_the_archive_does_not_take_is_a_failed_attempt(tmp_path: Path) -> None:
    class Careless(Script):
        def attempt(self, order: AttemptOrder) -> AttemptOutcome:
            return replace(super().attempt(order), child=Tree.of({"agent.toml": "[agent]", ".git/config": "[core]"}))

    some = world(tmp_path, Careless(), attempts=1)

    end = some.run()

    with some.open() as run:
        (attempt,) = run.archive.attempts()
    assert (end.reason, attempt.failure, attempt.spent.tokens) == (Reason.FINISHED, Failure.REFUSED_CHANGE, 10)
    assert "'.git/config' cannot be in an agent" in attempt.detail


def test_the_best_agent_is_told_with_its_interval_and_is_not_confirmed(tmp_path: Path) -> None:
    best = world(tmp_path).run().best

    assert best is not None
    assert (best.agent, best.score.estimate, best.score.n) == (0, 0.5, 2)


def test_the_progress_tells_what_happened(tmp_path: Path) -> None:
    some = world(tmp_path)

    some.run()

    said = [event for progress in some.told for event in progress.events]
    assert "a0 on 't0': resolved" in said
    assert (some.told[-1].trials, some.told[-1].busy, some.told[-1].best) == (2, 0, 0)


def test_a_stored_decision_can_be_drawn_again(tmp_path: Path) -> None:
    some = world(tmp_path, Script(attempt_failure=Failure.NO_CHANGE), attempts=1)
    some.run()

    with some.open() as run:
        decision = run.archive.last_decision()

    assert decision is not None
    agents = list(decision.probabilities)
    drawn = generator_at(decision.generator).choice(len(agents), p=np.array(list(decision.probabilities.values())))
    assert (decision.action, agents[int(drawn)]) == ("expand", decision.agent)


def test_a_trial_is_told_nothing_of_the_reference_solution(tmp_path: Path) -> None:
    some = world(tmp_path)

    some.run()

    orders = [order for order in some.script.orders if isinstance(order, TrialOrder)]
    assert len(orders) == 2
    assert not any(order.task.reference for order in orders)


def test_an_attempt_is_told_public_parts_only(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)

    some.run()

    (order,) = (order for order in some.script.orders if isinstance(order, AttemptOrder))
    assert [(digest.task_id, digest.answer_diff) for digest in order.evidence] == [
        ("t0", "a change\n"),
        ("t1", "a change\n"),
    ]
    assert "HIDDEN" not in repr(order)
    assert "REFERENCE" not in repr(order)


def test_an_attempt_is_told_its_lineage_with_scores(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=3)

    some.run()

    last = [order for order in some.script.orders if isinstance(order, AttemptOrder)][-1]
    assert [(a.resolved, a.n) for a in last.lineage] == [(1, 2)] * len(last.lineage)
    assert last.lineage[0].diff == ""


def test_holdout_tasks_are_never_run(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)

    some.run()

    assert {t.task_id for t in trials_of(some)} == {"t0", "t1"}


def test_a_founder_that_fails_screening_does_not_start_a_run(tmp_path: Path) -> None:
    some = world(tmp_path, Script(screening_failure=Failure.NO_START))

    with pytest.raises(ConfigError, match=r"founder 'one' does not pass screening: it does not start .*: why"):
        some.run()

    assert totals_of(some) == Totals(Spent(10, 0.0, 1.0), attempts=0, trials=0, agents=0, hours=0.0)


def test_a_screening_under_way_when_the_driver_dies_is_charged_whole(tmp_path: Path) -> None:
    some = world(tmp_path, failing(Script(), WorkKind.SCREENING, SystemExit()))
    with pytest.raises(SystemExit):
        some.run()

    some.script.raises = lambda work: None
    some.run()

    assert totals_of(some).spent.tokens == some.config.leases.attempt_tokens + 3 * some.script.tokens


def test_founders_are_screened_once(tmp_path: Path) -> None:
    some = world(tmp_path)
    some.run()

    some.run()

    assert sum(isinstance(order, ScreeningOrder) for order in some.script.orders) == 1


def test_an_unscored_trial_is_tried_twice_more_and_counts_as_unresolved(tmp_path: Path) -> None:
    some = world(tmp_path, Script(infrastructure=lambda o: "no engine" if o.task.task_id == "t0" else None))

    end = some.run()

    tried = [o.task.task_id for o in some.script.orders if isinstance(o, TrialOrder)]
    assert tried == ["t0", "t1", "t0", "t0"]
    assert trials_of(some)[0].state is TrialState.UNSCORED
    assert end.best is not None
    assert (end.best.score.estimate, end.best.score.n) == (0, 2)


def test_infrastructure_that_fails_again_and_again_stops_the_run(tmp_path: Path) -> None:
    some = world(tmp_path, Script(infrastructure=lambda order: "no engine"), tasks=4)

    end = some.run()

    assert end.reason is Reason.INFRASTRUCTURE
    assert f"{IN_A_ROW} pieces of work in a row" in end.detail
    assert "no engine" in end.detail


def test_a_refused_key_stops_the_run_and_scores_nothing(tmp_path: Path) -> None:
    some = world(tmp_path)
    some.script.must_stop = "401: the key is refused"

    end = some.run()

    assert (end.reason, end.detail) == (Reason.REFUSED, "401: the key is refused")
    assert [t.state for t in trials_of(some)] == [TrialState.UNSCORED]


def test_a_run_that_was_refused_goes_on_when_it_is_resumed(tmp_path: Path) -> None:
    some = world(tmp_path)
    some.script.must_stop = "401: the key is refused"
    some.run()

    some.script.must_stop = None
    end = some.run()

    assert end.reason is Reason.FINISHED
    assert [t.state for t in trials_of(some)] == [TrialState.SCORED] * 2


def test_work_that_fails_its_worker_twice_is_charged_for_both_starts(tmp_path: Path) -> None:
    some = world(tmp_path, failing(Script(), WorkKind.ATTEMPT, RuntimeError("broken worker")), attempts=1)

    some.run()

    spent = totals_of(some).spent.tokens
    assert spent == 2 * some.config.leases.attempt_tokens + 3 * some.script.tokens


def test_a_lost_attempt_says_what_became_of_its_worker(tmp_path: Path) -> None:
    some = world(tmp_path, failing(Script(), WorkKind.ATTEMPT, RuntimeError("broken worker")), attempts=1)

    some.run()

    with some.open() as run:
        (attempt,) = run.archive.attempts()
    assert attempt.failure is Failure.LOST
    assert "RuntimeError: broken worker" in attempt.detail


def test_a_lost_attempt_leaves_no_path_of_the_host_in_the_archive(tmp_path: Path) -> None:
    error = RuntimeError(f"cannot write {tmp_path / 'a' / 'b'}")
    some = world(tmp_path, failing(Script(), WorkKind.ATTEMPT, error), attempts=1)

    some.run()

    with some.open() as run:
        recorded = repr((run.archive.attempts(), run.archive.events()))
    assert str(tmp_path) not in recorded
    assert str(Path.cwd()) not in recorded


def test_a_trial_of_another_agent_than_was_ordered_is_not_scored(tmp_path: Path) -> None:
    class Deceived(Script):
        def trial(self, order: TrialOrder) -> TrialOutcome:
            outcome = super().trial(order)
            return replace(outcome, agent_digest="f" * 64)

    some = world(tmp_path, Deceived())

    some.run()

    first = trials_of(some)[0]
    assert first.state is TrialState.UNSCORED
    assert first.infrastructure is not None
    assert "the worker ran agent ffffffffffff" in first.infrastructure
