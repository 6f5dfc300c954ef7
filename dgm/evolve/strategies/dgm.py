"""The Darwin Gödel Machine's choice of parents (Zhang et al., arXiv 2505.22954), without its barrier.

The paper draws the parents of a generation, waits for all its children, and goes on. Here every free slot asks anew,
and a parent is drawn with P proportional to s * h, s = 1 / (1 + exp(-10 (a - 0.5))), h = 1 / (1 + n).

Where this is not the paper, and why:

- a is what the agent resolved of the *largest* stage (`Population.score`; the paper's successor scales scores so too).
  In the paper, 10-task and 60-task scores are compared as equals, and who fails a way out of promotion keeps the
  higher one.
- n counts attempts under way as children.
- An agent that has not finished its first stage is not a parent yet.

The published code lets agents with a = 1 be parents; the paper does not, nor does this, unless nobody else may be. Its
rule `best` takes the worst: it sorts upwards.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, assert_never

import numpy as np
from numpy.random import Generator

from dgm.evolve.actions import Action, Expand
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.ranking import best_agent
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.turns import (
    Agents,
    Weights,
    busy_children,
    candidates_of,
    drawn,
    sigmoids,
    take_turn,
)

Selection = Literal["score_child_prop", "score_prop", "uniform", "best"]

STEEPNESS = 10.0
MIDPOINT = 0.5


@dataclass(frozen=True, slots=True)
class Dgm:
    """The paper's parent selection, by one of its rules."""

    name: ClassVar[str] = "dgm"
    measuring: ClassVar[Measuring] = Measuring.STAGES

    selection: Selection = "score_child_prop"

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Measure what is waiting, else draw a parent."""
        return take_turn(population, budget, lambda: draw_parent(population, self.selection, rng))

    def pick(self, population: Population) -> int | None:
        """Return the best of the largest stage."""
        return best_agent(population)


def draw_parent(population: Population, selection: Selection, rng: Generator) -> Expand | None:
    """Return the next parent; None where nobody may be one."""
    candidates = learners_of(population)
    if not len(candidates):
        return None
    return drawn(candidates, weights(population, candidates, selection), rng, f"drawn by {selection}")


def learners_of(population: Population) -> Agents:
    """Return who may be a parent and has a task that it did not resolve; else all that may be."""
    candidates = candidates_of(population)
    learners = candidates[population.resolved[candidates] < population.staging.last]
    return learners if len(learners) else candidates


def weights(population: Population, candidates: Agents, selection: Selection) -> Weights:
    """Return what the chance of each candidate to be the next parent is in proportion to; shape (candidates,)."""
    match selection:
        case "score_child_prop":
            s = sigmoids(population, candidates, STEEPNESS, MIDPOINT)
            return s / (1 + busy_children(population, candidates))
        case "score_prop":
            return sigmoids(population, candidates, STEEPNESS, MIDPOINT)
        case "uniform":
            return np.ones(len(candidates))
        case "best":
            return one_of_the_best(population, candidates)
        case _:
            assert_never(selection)


def one_of_the_best(population: Population, candidates: Agents) -> Weights:
    """Return 1 for those that resolved most of the largest stage, and 0 for others; shape (candidates,)."""
    resolved = population.resolved[candidates]
    best: Weights = (resolved == resolved.max()).astype(np.float64)
    return best
