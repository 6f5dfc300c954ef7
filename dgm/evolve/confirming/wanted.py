"""Which trials a confirmation still needs. Pure: the same after a crash as before."""

from collections.abc import Iterator, Mapping

from dgm.evolve.confirming.control import control_tries
from dgm.values import ConfirmationPlan, HoldoutKey, HoldoutTrial

Ended = Mapping[HoldoutKey, HoldoutTrial]


def wanted(plan: ConfirmationPlan, ended: Ended) -> Iterator[HoldoutKey]:
    """Return the trials that can start now, in order: all sides of one repeat together, then the control's tries.

    Args:
        ended: what was scored, or given up.
    """
    for repeat in range(plan.repeats):
        for task in plan.tasks:
            for agent in plan.agents:
                if (key := HoldoutKey(agent, task, repeat)) not in ended:
                    yield key
    for repeat in range(plan.repeats):
        for task in plan.tasks:
            tries = control_tries(plan, ended, task, repeat)
            if tries is not None and tries.tries and not tries.is_whole:
                yield HoldoutKey(plan.founder, task, repeat, len(tries.tries))


def is_complete(plan: ConfirmationPlan, ended: Ended) -> bool:
    """Tell whether nothing is left to run."""
    return next(wanted(plan, ended), None) is None


def count_ended(plan: ConfirmationPlan, ended: Ended) -> int:
    """Return how many trials of a plan have ended; those that other confirmations ran are counted too."""
    cells = [(task, repeat) for task in plan.tasks for repeat in range(plan.repeats)]
    paired = sum(HoldoutKey(agent, *cell) in ended for cell in cells for agent in plan.agents)
    tries = (control_tries(plan, ended, *cell) for cell in cells)
    return paired + sum(len(found.tries) - 1 for found in tries if found is not None and found.tries)
