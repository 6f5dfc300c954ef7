"""The Darwin Gödel Machine's choice of parents (Zhang et al., arXiv 2505.22954), without its barrier.

The paper draws the parents of a generation, waits for all its children, and goes on. Here every free slot asks anew:

1. tasks that an agent has earned and that have not been run come first, the oldest agent's first of all;
2. else a parent is drawn with P proportional to s * h, s = 1 / (1 + exp(-10 (a - 0.5))), h = 1 / (1 + n).

Where this is not the paper, and why:

- a is what the agent resolved of the *largest* stage; tasks it has not earned or not run yet count as unresolved (the
  paper's successor scales scores so: arXiv 2603.19461). So 3 of 10 are not taken as equal to 18 of 60, and no outcome
  that gets worse can raise a score. In the paper, an agent that fails its way out of promotion keeps the higher one.
- n counts attempts under way as children: without a barrier, all free slots would see the same n.
- An agent that has not finished its first stage is not a parent yet. Where nobody is eligible (a = 1, or retention),
  all that are measured and not barred are.
"""

from dataclasses import dataclass
from typing import Literal, assert_never

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.evolve.actions import Action, Evaluate, Expand, Wait
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.ranking import best_agent
from dgm.values import WorkKind

Selection = Literal["score_child_prop", "score_prop", "uniform", "best"]

STEEPNESS = 10.0
MIDPOINT = 0.5

AT_ONCE = 64
"""Most tasks of one decision; with more free slots the strategy is asked again."""

STORED = 1000
"""Most probabilities that stand with a decision: the largest, and that of the agent that was drawn."""


@dataclass(frozen=True, slots=True)
class Dgm:
    """The paper's parent selection, by one of its rules."""

    selection: Selection = "score_child_prop"

    @property
    def name(self) -> str:
        """As in run.toml."""
        return "dgm"

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Measure what is waiting, else draw a parent."""
        waiting = population.waiting > 0
        if waiting.any():
            if (refused := budget.refusal(WorkKind.TRIAL)) is not None:
                return Wait(refused.reason)
            agent = int(np.argmax(waiting))
            return Evaluate(agent, population.waiting_tasks(agent, AT_ONCE), reason="the oldest agent with tasks to do")
        candidates = candidates_of(population)
        if not len(candidates):
            return Wait("no agent that may be a parent has finished its first stage")
        if (refused := budget.refusal(WorkKind.ATTEMPT)) is not None:
            return Wait(refused.reason)
        chances = probabilities(population, candidates, self.selection)
        drawn = int(rng.choice(len(candidates), p=chances))
        return Expand(int(candidates[drawn]), _stored(candidates, chances, drawn), f"drawn by {self.selection}")

    def pick(self, population: Population) -> int | None:
        """Return the best of the largest stage."""
        return best_agent(population)


def candidates_of(population: Population) -> NDArray[np.int64]:
    """Return the numbers of the agents that may be parents; shape (candidates,)."""
    measured = population.measured & ~population.barred
    eligible = measured & population.eligible & (shares(population) < 1)
    return np.flatnonzero(eligible if eligible.any() else measured)


def shares(population: Population) -> NDArray[np.float64]:
    """Return each agent's share of the largest stage that it resolved; shape (agents,)."""
    return population.resolved / population.staging.last


def probabilities(population: Population, candidates: NDArray[np.int64], selection: Selection) -> NDArray[np.float64]:
    """Return the chance of each candidate to be the next parent; shape (candidates,), sums to 1."""
    a = shares(population)[candidates]
    s = 1 / (1 + np.exp(-STEEPNESS * (a - MIDPOINT)))
    weights: NDArray[np.float64]
    match selection:
        case "score_child_prop":
            weights = s / (1 + (population.children + population.expanding)[candidates])
        case "score_prop":
            weights = s
        case "uniform":
            weights = np.ones(len(candidates))
        case "best":
            weights = (a == a.max()).astype(np.float64)
        case _:
            assert_never(selection)
    weights /= weights.sum()
    return weights


def _stored(candidates: NDArray[np.int64], chances: NDArray[np.float64], drawn: int) -> dict[int, float]:
    kept = np.argsort(-chances, kind="stable")[:STORED]
    return {int(candidates[i]): float(chances[i]) for i in sorted({*kept.tolist(), drawn})}
