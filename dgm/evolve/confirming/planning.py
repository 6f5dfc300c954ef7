"""What a confirmation will do, settled before its first trial, and what it may spend."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from dgm.config import BudgetSection, ConfirmSection, RunConfig
from dgm.errors import ConfigError
from dgm.ports import Archive
from dgm.values import ConfirmationPlan, ConfirmationRecord, SandboxLevel, Side, Split, Suite

AGAINST = (Side.FOUNDER, Side.PARENT)
"""With whom an agent can be compared; the control is always there."""


def plan_confirmation(
    archive: Archive,
    suite: Suite,
    agent: int,
    section: ConfirmSection,
    setting: str,
    *,
    against: Sequence[Side] = AGAINST,
    tasks: int | None = None,
) -> ConfirmationPlan:
    """Return the plan of an agent's confirmation.

    Args:
        setting: digest of what else its trials depend on.
        tasks: how many of the holdout's; None: all of them.

    Raises:
        AgentNotFound: there is no such agent.
        ConfigError: it is a founder, or the holdout has not so many tasks.
    """
    line = archive.lineage(agent)
    if len(line) == 1:
        raise ConfigError(f"a{agent} is a founder: there is no parent that it could be better than. Name a descendant.")
    held = holdout_tasks(suite)
    if not held:
        raise ConfigError(f"the suite {suite.name!r} has no holdout task: nothing can be confirmed with it")
    if tasks is not None and not 1 <= tasks <= len(held):
        raise ConfigError(f"--tasks {tasks}: the holdout of {suite.name!r} has {len(held)} tasks")
    founder, parent = line[0].number, line[-2].number
    sides = tuple(side for side in AGAINST if side in against)
    if founder == parent:
        sides = (Side.FOUNDER,)
    return ConfirmationPlan(
        agent=agent,
        founder=founder,
        parent=parent,
        against=sides,
        tasks=held[:tasks],
        repeats=section.repeats,
        tries=section.control_tries,
        holdout=holdout_digest(suite),
        setting=setting,
    )


def holdout_tasks(suite: Suite) -> tuple[str, ...]:
    """Return the ids of the holdout tasks in a mixed order that is always the same, so that any first few are fair."""
    return tuple(sorted((task.task_id for task in suite.split(Split.HOLDOUT)), key=_mixed))


def _mixed(task_id: str) -> str:
    return hashlib.sha256(task_id.encode()).hexdigest()


def holdout_digest(suite: Suite) -> str:
    """Return the SHA-256 that names a suite's holdout: by the suite's digest and the ids of its holdout tasks."""
    return _digest([suite.digest, sorted(task.task_id for task in suite.split(Split.HOLDOUT))])


def setting_digest(config: RunConfig, model: str, level: SandboxLevel) -> str:
    """Return the SHA-256 of what a trial's outcome depends on besides agent and task: model, sandbox, lease."""
    sandbox, leases = config.sandbox, config.leases
    dollars = None if config.budget.cost_usd is None else leases.trial_cost_usd
    return _digest(
        [
            [model, config.models.temperature, config.models.max_tokens],
            [level.engine, level.image, sandbox.cpus, sandbox.memory_mib, sandbox.pids, sandbox.disk_mib],
            [leases.trial_tokens, dollars],
        ]
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def p_values_of_others(records: Iterable[ConfirmationRecord], this: int | None, holdout: str) -> tuple[float, ...]:
    """Return the claims' p-values of all other confirmations on a holdout; 1 for each that has not ended.

    Args:
        this: the id of the confirmation that they correct; None for one that has not begun.
    """
    others = [record for record in records if record.confirmation_id != this and record.plan.holdout == holdout]
    return tuple(1.0 if record.p is None else record.p for record in others)


def confirmation_budget(section: ConfirmSection, plan: ConfirmationPlan) -> BudgetSection:
    """Return the limits of a confirmation; its trials are as many as the plan could ever need."""
    trials = len(plan.tasks) * plan.repeats * (len(plan.agents) - 1 + plan.tries)
    return BudgetSection(tokens=section.tokens, cost_usd=section.cost_usd, hours=section.hours, trials=trials)
