"""Who is best so far. Pure, and never a claim: an agent that was chosen for its score is not confirmed by it.

Scores from different stages are not compared as equals: the agents that have earned the largest stage come first,
whatever the others resolved of a smaller one. Among them decides what they have resolved, with tasks that have not been
run counted as unresolved; at the same score the earlier agent is the best. A strategy may pick otherwise.

What is shown is another thing: what was resolved of the trials that have ended, with their n.
"""

from dataclasses import dataclass

import numpy as np

from dgm.evaluations import wilson
from dgm.evolve.population import Population
from dgm.values import Interval


@dataclass(frozen=True, slots=True)
class Standing:
    """An agent and its score: resolved by ended, with n and the interval.

    Args:
        assigned: tasks that it was to be measured on; more than `score.n` where some are still to come, where its
            series was stopped, or where the strategy measures as it likes.
    """

    agent: int
    score: Interval
    assigned: int
    confirmed: bool = False


def standing_of(population: Population, agent: int) -> Standing:
    """Return how an agent stands now."""
    score = wilson(int(population.resolved[agent]), int(population.ended[agent]))
    return Standing(agent, score, int(population.assigned[agent]))


def best_agent(population: Population) -> int | None:
    """Return the best agent of the largest stage that one has started, never a flagged one; None: there is none."""
    if not len(population):
        return None
    above_smaller_stages = population.assigned * (population.staging.last + 1)
    comparable = (population.ended > 0) & ~population.flagged
    best = int(np.argmax((above_smaller_stages + population.resolved) * comparable))
    return best if comparable[best] else None
