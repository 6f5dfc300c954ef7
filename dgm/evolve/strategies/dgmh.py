"""The parent selection of HyperAgents, DGM-H (Zhang et al., arXiv 2603.19461), without its generations.

P is proportional to s * h, with s = 1 / (1 + exp(-10 (a - m))), m the mean of the three best scores (of all there are,
where there are fewer), and h = exp(-(n / 8)^3): the midpoint rises with the archive, and an agent is left alone after
some eight children, however good it is. The score of an agent that was not promoted is scaled by the share of its
stage in all tasks, which is `Population.score`.

The way of improving is part of the agent, and evolves: an agent's `improve` command.

Where this is not the published code: it draws uniformly where all weights have become 0, as they do after some 80
children each; here they keep their order. It scales the founder's score like a score of the
first stage; here a founder is measured on every stage. n counts attempts under way.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from dgm.evolve.actions import Action, Expand
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.ranking import best_agent
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.turns import Agents, Weights, busy_children, candidates_of, drawn, sigmoids, take_turn

STEEPNESS = 10.0
BEST = 3
"""Agents whose mean score is the midpoint."""

MANY_CHILDREN = 8.0
POWER = 3.0


@dataclass(frozen=True, slots=True)
class DgmH:
    """A midpoint that rises, and a penalty that falls off at once."""

    name: ClassVar[str] = "dgmh"
    measuring: ClassVar[Measuring] = Measuring.STAGES

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Measure what is waiting, else draw a parent."""
        return take_turn(population, budget, lambda: _draw_parent(population, rng))

    def pick(self, population: Population) -> int | None:
        """Return the best of the largest stage."""
        return best_agent(population)


def _draw_parent(population: Population, rng: Generator) -> Expand | None:
    candidates = candidates_of(population)
    if not len(candidates):
        return None
    reason = "drawn by its score against the best ones', and its children"
    return drawn(candidates, weights(population, candidates), rng, reason)


def weights(population: Population, candidates: Agents) -> Weights:
    """Return what the chance of each candidate to be the next parent is in proportion to; shape (candidates,)."""
    resolved = population.resolved[candidates]
    best = np.partition(resolved, -BEST)[-BEST:] if len(resolved) > BEST else resolved
    s = sigmoids(population, candidates, STEEPNESS, float(best.mean()) / population.staging.last)
    return s * _penalties(busy_children(population, candidates))


def _penalties(children: Agents) -> Weights:
    """Return h of each number of children, by that of the smallest: so they are not all 0 when all have many."""
    fewest = int(children.min())
    exponents = (np.arange(fewest, children.max() + 1) / MANY_CHILDREN) ** POWER
    table: Weights = np.exp(exponents[0] - exponents)
    return table[children - fewest]
