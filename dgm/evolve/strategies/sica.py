"""The base agent of SICA, a self-improving coding agent (Robeyns et al., arXiv 2504.15228).

The base is the newest agent whose score is at least the lower 95 % limit of the best one's: as good as can be told,
and with the most of what was learnt. Every agent is measured on every task of the largest stage: there are no stages.

Where this is not the published system: it makes one child at a time, here every free slot makes one of the base; its
score also counts time and money, here it is the share resolved; its limit is from a normal interval, here it is
Wilson's (1927), which holds at the ends of the scale too. An overseer that cancels agents, and telling an agent what it
has used, are not a matter of the search.
"""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from dgm.evaluations import wilson
from dgm.evolve.actions import Action, Expand
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.ranking import best_agent
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.turns import Agents, candidates_of, take_turn


@dataclass(frozen=True, slots=True)
class Sica:
    """Expands the newest of the best."""

    name: ClassVar[str] = "sica"
    measuring: ClassVar[Measuring] = Measuring.WHOLE

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:  # noqa: ARG002 - nothing is drawn
        """Measure what is waiting, else expand the base."""
        return take_turn(population, budget, lambda: _base(population))

    def pick(self, population: Population) -> int | None:
        """Return the best agent."""
        return best_agent(population)


def good_enough(population: Population) -> Agents:
    """Return the agents that may be parents and are as good as the best, as far as can be told; shape (agents,)."""
    candidates = candidates_of(population)
    if not len(candidates):
        return candidates
    limit = wilson(int(population.resolved[candidates].max()), population.staging.last).low
    return candidates[population.score[candidates] >= limit]


def _base(population: Population) -> Expand | None:
    good = good_enough(population)
    reason = f"the newest of {len(good)} that reach the best one's lower 95 % limit"
    return Expand(int(good[-1]), reason=reason) if len(good) else None
