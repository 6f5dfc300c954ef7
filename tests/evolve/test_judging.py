"""Retention in a run: when it answers, what stands with an agent, and that neither a stop nor a crash changes it."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from dgm.config import EvolveSection
from dgm.evolve import Reason
from dgm.values import AgentRecord, AttemptOrder, AttemptOutcome, Tree, TrialOrder
from tests.evolve.worlds import FOUNDER, Script, World, config_of, suite_of, world


class Writing(Script):
    """Each child has a new file of its own, of a hundred lines."""

    def attempt(self, order: AttemptOrder) -> AttemptOutcome:
        name = f"part{order.attempt_id}"
        text = "".join(f"{name}_{i} = {name}({i})\n" for i in range(100))
        return replace(super().attempt(order), child=order.parent.with_files(Tree.of({f"{name}.py": text}).files))


class Returning(Script):
    """The second child is its founder again, and luckier."""

    def attempt(self, order: AttemptOrder) -> AttemptOutcome:
        outcome = super().attempt(order)
        return outcome if order.attempt_id == 1 else replace(outcome, child=FOUNDER)


def third_is_lucky(order: TrialOrder) -> bool:
    return (order.task.task_id == "t0") == (order.agent_id < 2)


def agents_of(some: World) -> tuple[AgentRecord, ...]:
    with some.open() as run:
        return run.archive.agents()


def answers_of(some: World) -> list[tuple[bool, str, dict[str, float]]]:
    return [(agent.eligible, agent.retention, dict(agent.figures)) for agent in agents_of(some)]


def test_a_child_that_is_like_its_parent_is_kept_and_is_no_parent(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=2)

    some.run()

    assert [(agent.parent, agent.eligible) for agent in agents_of(some)] == [(None, True), (0, False), (0, False)]


def test_the_reason_and_the_figures_stand_with_the_agent(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)

    some.run()

    child = agents_of(some)[1]
    assert child.retention.startswith("neither improving: P(better than a0) 0.50 (1 against 1 of 2 common tasks); nor")
    assert child.figures["p_better"] == pytest.approx(0.5)
    assert child.figures["source_nearest"] == 1


def test_a_child_that_is_better_becomes_a_parent(tmp_path: Path) -> None:
    some = world(tmp_path, Script(resolves=lambda order: order.agent_id > 0), attempts=1)

    some.run()

    assert agents_of(some)[1].retention.startswith("improving: P(better than a0) 0.95")


def test_a_child_with_much_new_source_becomes_a_parent(tmp_path: Path) -> None:
    some = world(tmp_path, Writing(), attempts=1)

    some.run()

    assert agents_of(some)[1].retention.startswith("novel by its source: its 1 nearest lack 1.00 of it")


def test_without_sources_only_what_agents_resolve_counts(tmp_path: Path) -> None:
    some = world(tmp_path, Writing(), attempts=1)
    some.by_source = False

    some.run()

    assert not agents_of(some)[1].eligible


def test_a_copy_of_an_agent_is_no_parent_though_it_was_lucky(tmp_path: Path) -> None:
    some = world(tmp_path, Returning(resolves=third_is_lucky), attempts=2)

    some.run()

    copy = agents_of(some)[2]
    assert copy.figures["behaviour"] == 0.5
    assert copy.retention.startswith("a copy of an agent that was there before")


def test_a_child_is_no_parent_before_its_first_stage_has_ended(tmp_path: Path) -> None:
    some = world(tmp_path, Script(resolves=lambda order: order.agent_id > 0), attempts=1, trials=3)

    some.run()

    child = agents_of(some)[1]
    assert (child.eligible, child.retention, child.figures) == (
        False,
        "improving_or_novel: waits for its first stage",
        {},
    )


def test_the_log_says_what_became_of_a_child(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)

    some.run()

    with some.open() as run:
        (event,) = [event for event in run.archive.events() if event.kind == "retention"]
    assert event.text.startswith("a1 may not be a parent: neither improving")


def test_a_child_is_judged_anew_at_the_end_of_its_second_stage(tmp_path: Path) -> None:
    def loses_later(order: TrialOrder) -> bool:
        early = order.task.task_id in {"t0", "t1"}
        return early == (order.agent_id > 0)

    some = World(tmp_path / "run", config_of(attempts=1), suite_of(4, (2, 4)), script=Script(resolves=loses_later))

    some.run()

    child = agents_of(some)[1]
    assert (child.figures["ended"], child.figures["common"]) == (4, 4)
    assert child.figures["p_better"] == pytest.approx(0.5)


def test_a_task_that_is_given_up_ends_a_stage_too(tmp_path: Path) -> None:
    def fails(order: TrialOrder) -> str | None:
        return "no engine" if (order.agent_id, order.task.task_id) == (1, "t1") else None

    some = world(tmp_path, Script(infrastructure=fails), attempts=1)

    some.run()

    assert agents_of(some)[1].figures["ended"] == 2


def test_a_run_stopped_after_every_step_gives_the_same_answers_and_commits(tmp_path: Path) -> None:
    config = config_of(attempts=3).model_copy(update={"evolve": EvolveSection(focus="clusters")})
    whole, pieces = (World(tmp_path / name, config, script=Writing()) for name in ("whole", "pieces"))
    whole.run()

    for _ in range(24):
        steps = iter([False, True])
        pieces.run(stop=lambda steps=steps: next(steps))

    assert answers_of(pieces) == answers_of(whole)
    assert [agent.commit for agent in agents_of(pieces)] == [agent.commit for agent in agents_of(whole)]
    assert len(answers_of(whole)) == 4


def test_what_a_crash_left_unjudged_is_judged_at_the_resume(tmp_path: Path) -> None:
    some = world(tmp_path, Writing(), attempts=2)
    some.run()
    before = answers_of(some)
    with sqlite3.connect(some.folder / "dgm.db") as db:
        db.execute("UPDATE agents SET eligible = 0, figures = '{}' WHERE parent IS NOT NULL")
        db.execute("DELETE FROM sources WHERE agent > 0")
    db.close()

    some.run(stop=lambda: True)

    assert answers_of(some) == before


def test_a_run_of_which_only_the_founder_is_retained_goes_on(tmp_path: Path) -> None:
    some = world(tmp_path, Script(resolves=lambda order: (order.agent_id, order.task.task_id) == (0, "t0")), attempts=4)

    end = some.run()

    assert (end.reason, end.detail) == (Reason.FINISHED, "the budget of 4 attempts is used up")
    assert [agent.parent for agent in agents_of(some)] == [None, 0, 0, 0, 0]
