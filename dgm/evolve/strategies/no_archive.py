"""The newest agent is the only parent: the ablation "without open-endedness" of the Darwin Gödel Machine.

Zhang et al., arXiv 2505.22954: the archive is not kept, each functioning child takes its parent's place. Here it is
kept, and not looked at. Without a barrier, the newest agent is the newest that has finished its first stage; the
published code waits for each child, one attempt at a time.
"""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from dgm.evolve.actions import Action, Expand
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.ranking import best_agent
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.turns import candidates_of, take_turn


@dataclass(frozen=True, slots=True)
class NoArchive:
    """Expands the newest."""

    name: ClassVar[str] = "no-archive"
    measuring: ClassVar[Measuring] = Measuring.STAGES

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:  # noqa: ARG002 - nothing is drawn
        """Measure what is waiting, else expand the newest agent."""
        return take_turn(population, budget, lambda: _newest(population))

    def pick(self, population: Population) -> int | None:
        """Return the best of the largest stage."""
        return best_agent(population)


def _newest(population: Population) -> Expand | None:
    candidates = candidates_of(population)
    return Expand(int(candidates[-1]), reason="the newest agent") if len(candidates) else None
