"""What a confirmation will do, and what it still needs."""

from pathlib import Path

import pytest

from dgm.config import ConfirmSection, parse_config
from dgm.errors import AgentNotFound, ConfigError
from dgm.evolve.confirming import holdout_digest, holdout_tasks, is_complete, p_values_of_others, setting_digest, wanted
from dgm.values import ConfirmationPlan, HoldoutKey, SandboxLevel, Side, Split
from tests.evolve.confirming.held import Held, ended, known, suite_with


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path / "run")


def test_an_agent_is_compared_with_its_founder_and_its_parent(held: Held) -> None:
    plan = held.plan(2)

    assert (plan.agent, plan.founder, plan.parent, plan.agents) == (2, 0, 1, (2, 0, 1))
    assert plan.against == (Side.FOUNDER, Side.PARENT)


def test_a_parent_that_is_the_founder_is_compared_once(held: Held) -> None:
    assert held.plan(1).against == (Side.FOUNDER,)
    assert held.plan(1).agents == (1, 0)


def test_the_founder_runs_even_where_only_the_parent_is_asked_for(held: Held) -> None:
    assert held.plan(2, [Side.PARENT]).agents == (2, 0, 1)


def test_a_founder_cannot_be_confirmed(held: Held) -> None:
    with pytest.raises(ConfigError, match="a0 is a founder"):
        held.plan(0)


def test_an_unknown_agent_cannot_be_confirmed(held: Held) -> None:
    with pytest.raises(AgentNotFound, match="a9"):
        held.plan(9)


def test_a_suite_without_a_holdout_confirms_nothing(held: Held) -> None:
    held.suite = suite_with(0)

    with pytest.raises(ConfigError, match="no holdout task"):
        held.plan(2)


def test_only_tasks_of_the_holdout_are_used() -> None:
    suite = suite_with(8)

    assert {suite.task(task).split for task in holdout_tasks(suite)} == {Split.HOLDOUT}
    assert len(holdout_tasks(suite)) == 8


def test_fewer_tasks_are_the_first_of_an_order_that_is_always_the_same() -> None:
    assert holdout_tasks(suite_with(8)) == holdout_tasks(suite_with(8))
    assert list(holdout_tasks(suite_with(8))) != sorted(holdout_tasks(suite_with(8)))


def test_another_holdout_has_another_digest() -> None:
    assert holdout_digest(suite_with(8)) != holdout_digest(suite_with(7))


def plan(tasks: tuple[str, ...] = ("x", "y"), repeats: int = 1) -> ConfirmationPlan:
    return ConfirmationPlan(2, 0, 1, (Side.FOUNDER, Side.PARENT), tasks, repeats, 4, "h", "s")


def test_all_sides_of_a_repeat_run_together() -> None:
    keys = list(wanted(plan(), {}))

    assert [(key.agent, key.task_id) for key in keys] == [(2, "x"), (0, "x"), (1, "x"), (2, "y"), (0, "y"), (1, "y")]


def test_the_controls_tries_are_wanted_one_after_the_other() -> None:
    agents = [ended(agent, "x", tokens=25 if agent == 2 else 10) for agent in (0, 1, 2)]

    assert list(wanted(plan(("x",)), known(*agents))) == [HoldoutKey(0, "x", 0, 1)]
    assert list(wanted(plan(("x",)), known(*agents, ended(0, "x", 0, 1)))) == [HoldoutKey(0, "x", 0, 2)]
    assert is_complete(plan(("x",)), known(*agents, ended(0, "x", 0, 1), ended(0, "x", 0, 2)))


def test_more_repeats_keep_what_fewer_have_run() -> None:
    one = known(*(ended(agent, task) for agent in (0, 1, 2) for task in ("x", "y")))

    assert {key.repeat for key in wanted(plan(repeats=2), one)} == {1}


def test_other_confirmations_count_with_their_values_and_open_ones_as_nothing_shown(held: Held) -> None:
    held.confirm(1)
    with held.open() as run:
        open_one = run.archive.open_confirmation(held_plan(held), "begins")
        records = run.archive.confirmations()

    assert p_values_of_others(records, None, held.plan(2).holdout) == (records[0].p, 1.0)
    assert p_values_of_others(records, open_one.confirmation_id, held.plan(2).holdout) == (records[0].p,)
    assert p_values_of_others(records, None, "another holdout") == ()


def held_plan(held: Held) -> ConfirmationPlan:
    return ConfirmationPlan(2, 0, 1, (Side.FOUNDER,), ("t50",), 1, 4, holdout_digest(held.suite), "s")


def test_a_confirmation_without_limits_is_bounded_by_its_trials(held: Held) -> None:
    held.section = ConfirmSection(repeats=2, control_tries=4)

    assert held.config(held.plan(2)).budget.trials == 8 * 2 * (2 + 4)


LEVEL = SandboxLevel("fake", "0" * 64)


@pytest.mark.parametrize("change", ["models.temperature=0.5", "sandbox.memory_mib=512", "leases.trial_tokens=7"])
def test_what_a_trial_depends_on_is_another_setting(change: str) -> None:
    config, changed = (parse_config("[budget]\nattempts = 0\n", changes) for changes in ([], [change]))

    assert setting_digest(config, "m", LEVEL) != setting_digest(changed, "m", LEVEL)


def test_another_model_or_image_is_another_setting() -> None:
    config = parse_config("[budget]\nattempts = 0\n")
    levels = [LEVEL, SandboxLevel("fake", "1" * 64)]

    assert len({setting_digest(config, model, level) for model in ("m", "n") for level in levels}) == 4
