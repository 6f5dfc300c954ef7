"""What the trials of a confirmation show. Pure: the same trials give the same findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dgm.evaluations import Pairs, Ruling, clustered_wilson, rule
from dgm.evolve.confirming.control import ControlTries, control_tries
from dgm.evolve.confirming.wanted import Ended
from dgm.values import ConfirmationPlan, Finish, HoldoutKey, HoldoutTrial, Interval, Side, Spent, TrialState


@dataclass(frozen=True, slots=True)
class Arm:
    """The agent, or one side that it is compared with.

    Args:
        by_task: of each task in the plan's order, how many repeats count as resolved.
        share: with an interval that takes the tasks as clusters; n counts the repeats of all tasks.
        tries: how often the task was tried in all; more than repeats only for the control.
        used: by all those tries, without work that was lost.
        lost: repeats that could not be scored: against the agent, and for any other side.
        short: repeats in which the control's tries ended before their tokens: resolved if any try is.
        tampering: tries that were taken as an attempt on the grader; never resolved.
    """

    agent: int
    by_task: tuple[int, ...]
    share: Interval
    tries: int
    used: Spent
    lost: int
    tampering: int
    short: int = 0

    @property
    def resolved(self) -> int:
        """Repeats that count as resolved."""
        return sum(self.by_task)

    @property
    def tokens_per_resolved(self) -> float | None:
        """Tokens for each resolved repeat; None where none is."""
        return self.used.tokens / self.resolved if self.resolved else None

    @property
    def usd_per_resolved(self) -> float | None:
        """Dollars for each resolved repeat; None where none is."""
        return self.used.cost_usd / self.resolved if self.resolved else None


@dataclass(frozen=True, slots=True)
class Findings:
    """What a confirmation found.

    Args:
        ruling: its comparisons are named by their sides.
        agent: the agent's own arm.
        sides: those that it was compared with.
    """

    plan: ConfirmationPlan
    ruling: Ruling
    agent: Arm
    sides: Mapping[Side, Arm]


def find(plan: ConfirmationPlan, ended: Ended, used: Sequence[float] = ()) -> Findings:
    """Return what a complete confirmation found.

    The claim is that the agent beats its founder, or its parent where only that was asked for, and the control. The
    parent beside the founder, and the ceiling, are further sides: they never change the ruling.

    Args:
        used: the claims' p-values of the other confirmations on this holdout.
    """
    agent = _arm_of(plan, ended, plan.agent, lost_counts=False)
    controls = [_whole(plan, ended, task, repeat) for task in plan.tasks for repeat in range(plan.repeats)]
    sides = {
        Side.FOUNDER: lambda: _arm_of(plan, ended, plan.founder, lost_counts=True),
        Side.PARENT: lambda: _arm_of(plan, ended, plan.parent, lost_counts=True),
        Side.CONTROL: lambda: _arm_of_control(plan, controls, [one.resolved for one in controls]),
        Side.CEILING: lambda: _arm_of_control(plan, controls, [one.any_resolved for one in controls]),
    }
    arms = {side: sides[side]() for side in (*plan.against, Side.CONTROL, Side.CEILING)}
    pairs = {side: Pairs(agent.by_task, arm.by_task, plan.repeats) for side, arm in arms.items()}
    claim = claimed(plan)
    ruling = rule(
        {side: pairs[side] for side in claim},
        {side: pairs[side] for side in arms if side not in claim},
        used,
    )
    return Findings(plan, ruling, agent, arms)


def claimed(plan: ConfirmationPlan) -> tuple[Side, Side]:
    """Return the sides that an agent must beat to be confirmed."""
    return (plan.against[0], Side.CONTROL)


def _arm_of(plan: ConfirmationPlan, ended: Ended, agent: int, *, lost_counts: bool) -> Arm:
    rows = [[ended[HoldoutKey(agent, task, repeat)] for repeat in range(plan.repeats)] for task in plan.tasks]
    by_task = tuple(sum(lost_counts if _is_lost(one) else one.resolved for one in row) for row in rows)
    trials = [one for row in rows for one in row]
    lost = sum(map(_is_lost, trials))
    return Arm(agent, by_task, _share(plan, by_task), len(trials), _used(trials), lost, _tampering(trials))


def _arm_of_control(plan: ConfirmationPlan, controls: Sequence[ControlTries], resolved: Sequence[bool]) -> Arm:
    rows = (resolved[i : i + plan.repeats] for i in range(0, len(resolved), plan.repeats))
    by_task = tuple(sum(row) for row in rows)
    tries = [one for control in controls for one in control.tries]
    lost = sum(control.is_lost for control in controls)
    short = sum(not control.has_its_tokens and not control.is_lost for control in controls)
    return Arm(plan.founder, by_task, _share(plan, by_task), len(tries), _used(tries), lost, _tampering(tries), short)


def _whole(plan: ConfirmationPlan, ended: Ended, task: str, repeat: int) -> ControlTries:
    found = control_tries(plan, ended, task, repeat)
    if found is None or not found.is_whole:
        raise ValueError(f"the control has not ended on {task!r}, repeat {repeat}")
    return found


def _share(plan: ConfirmationPlan, by_task: Sequence[int]) -> Interval:
    return clustered_wilson(by_task, [plan.repeats] * len(by_task))


def _used(trials: Iterable[HoldoutTrial]) -> Spent:
    return sum((one.used for one in trials), Spent())


def _tampering(trials: Iterable[HoldoutTrial]) -> int:
    return sum(one.finish is Finish.TAMPERED for one in trials)


def _is_lost(trial: HoldoutTrial) -> bool:
    return trial.state is not TrialState.SCORED
