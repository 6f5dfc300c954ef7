"""Two agents on the tasks that both were run on. Pure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dgm.evolve.population import Cell, Population
from dgm.improve import Outcomes


class Against(NamedTuple):
    """Resolved of the `n` tasks that two agents have in common."""

    ours: int
    theirs: int
    n: int


def against(population: Population, agent: int, other: int) -> Against:
    """Return how two agents did on the tasks that the agent has ended and the other was scored on."""
    ours, theirs = population.cells[agent], population.cells[other]
    common = common_tasks(ours, theirs)
    resolved = [int(np.count_nonzero(cells[common] == Cell.RESOLVED)) for cells in (ours, theirs)]
    return Against(resolved[0], resolved[1], int(np.count_nonzero(common)))


def common_tasks(cells: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell for which tasks an agent can be compared with others: it ended them, and they were scored on them.

    A task that was given up is no success of the agent, and proves nothing of the other.

    Args:
        cells: `Cell` of each task of the agent; shape (tasks,).
        others: of each other agent; shape (agents, tasks), or (tasks,) of one.
    """
    scored = (others == Cell.RESOLVED) | (others == Cell.UNRESOLVED)
    common: NDArray[np.bool_] = (cells >= Cell.UNRESOLVED) & scored
    return common


def outcomes_of(population: Population) -> Outcomes:
    """Return who resolved what. A task that was given up is not known."""
    resolved = population.cells == Cell.RESOLVED
    known = resolved | (population.cells == Cell.UNRESOLVED)
    return Outcomes(population.tasks, known, resolved, population.parent)
