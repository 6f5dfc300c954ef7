"""How new an agent is against those that were there before: by what it resolves, or by its source. Pure.

A distance is directed: it tells what an agent has and another lacks. So an agent that fails where others do not is not
new for it, and no failure makes an agent newer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dgm.evolve.comparison import common_tasks
from dgm.evolve.population import Cell


@dataclass(frozen=True, slots=True)
class Novelty:
    """The mean distance to the nearest agents, and how many these were: at most as many as were asked for.

    It is 0 where the nearest of them is at no distance: then one agent has all that this one has.
    """

    distance: float
    nearest: int

    def reaches(self, least: float) -> bool:
        """Tell whether it is enough; agents that nothing was compared with are not new."""
        return self.nearest > 0 and self.distance >= least


def novelty(distances: NDArray[np.float64], nearest: int) -> Novelty:
    """Return how new an agent is.

    Args:
        distances: to each other agent; those that are not numbers cannot be compared and do not count.
        nearest: how many agents to compare with.
    """
    known = np.sort(distances[~np.isnan(distances)])[:nearest]
    if not len(known) or known[0] <= 0:
        return Novelty(0.0, len(known))
    return Novelty(float(known.mean()), len(known))


def behaviour_distances(cells: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the share of their common tasks which the agent resolved and the other did not.

    Args:
        cells: `Cell` of each task of the agent; shape (tasks,).
        others: of each other agent; shape (agents, tasks).

    Returns:
        Shape (agents,); not a number where no task is common.
    """
    common = common_tasks(cells, others)
    alone = common & (cells == Cell.RESOLVED) & (others == Cell.UNRESOLVED)
    n = common.sum(axis=1)
    return np.where(n > 0, alone.sum(axis=1) / np.maximum(n, 1), np.nan)
