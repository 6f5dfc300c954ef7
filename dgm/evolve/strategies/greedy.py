"""Only the best agent is a parent: the ablation "greedy" of the Darwin Gödel Machine (arXiv 2505.22954).

The best is the one that resolved most of the largest stage; among equals a parent is drawn uniformly. The published
code takes the worst instead, since it sorts upwards; this is what the paper says.
"""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from dgm.evolve.actions import Action, Expand
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.ranking import best_agent
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.dgm import one_of_the_best
from dgm.evolve.strategies.turns import candidates_of, drawn, take_turn


@dataclass(frozen=True, slots=True)
class Greedy:
    """Expands one of the best."""

    name: ClassVar[str] = "greedy"
    measuring: ClassVar[Measuring] = Measuring.STAGES

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Measure what is waiting, else expand one of the best."""
        return take_turn(population, budget, lambda: _draw_parent(population, rng))

    def pick(self, population: Population) -> int | None:
        """Return the best of the largest stage."""
        return best_agent(population)


def _draw_parent(population: Population, rng: Generator) -> Expand | None:
    candidates = candidates_of(population)
    if not len(candidates):
        return None
    return drawn(candidates, one_of_the_best(population, candidates), rng, "one of the best")
