"""Every agent that may be a parent is one with the same chance: the strategy `random`, a baseline for all others."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from dgm.evolve.actions import Action, Expand
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.ranking import best_agent
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.turns import candidates_of, drawn, take_turn


@dataclass(frozen=True, slots=True)
class Uniform:
    """Expands anyone."""

    name: ClassVar[str] = "random"
    measuring: ClassVar[Measuring] = Measuring.STAGES

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Measure what is waiting, else draw a parent uniformly."""
        return take_turn(population, budget, lambda: _anyone(population, rng))

    def pick(self, population: Population) -> int | None:
        """Return the best of the largest stage."""
        return best_agent(population)


def _anyone(population: Population, rng: Generator) -> Expand | None:
    candidates = candidates_of(population)
    return drawn(candidates, np.ones(len(candidates)), rng, "drawn uniformly") if len(candidates) else None
