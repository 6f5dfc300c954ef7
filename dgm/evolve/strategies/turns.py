"""What strategies share that measure their agents in series: trials that wait, else a parent. Pure.

1. Tasks that an agent has earned and that have not been run come first, the oldest agent's first of all. A flagged
   agent is measured no further.
2. Else a parent, by the strategy's own rule, from those that may be one: measured on the first stage (with racing,
   which may stop a series at any trial, on one task), let by retention, and not barred. Where retention lets nobody,
   everybody may that is not barred.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.evolve.actions import Action, Evaluate, Expand, Wait
from dgm.evolve.budget import Budget
from dgm.evolve.chances import draw
from dgm.evolve.population import Population
from dgm.values import WorkKind

AT_ONCE = 64
"""Most tasks of one decision; with more free slots the strategy is asked again."""

Agents = NDArray[np.int64]
Weights = NDArray[np.float64]


def take_turn(population: Population, budget: Budget, expand: Callable[[], Expand | None]) -> Action:
    """Return the trials that wait, else what `expand` gives, or why neither can be.

    Args:
        expand: None from it: nobody may be a parent.
    """
    agent = _oldest_to_measure(population)
    refused = budget.refusal(WorkKind.ATTEMPT if agent is None else WorkKind.TRIAL)
    if refused is not None:
        return Wait(refused.reason)
    if agent is not None:
        return Evaluate(agent, population.waiting_tasks(agent, AT_ONCE), reason="the oldest agent with tasks to do")
    return expand() or Wait("no agent that may be a parent has finished its first stage")


def _oldest_to_measure(population: Population) -> int | None:
    owed = (population.waiting > 0) & ~population.flagged
    agent = int(owed.argmax()) if len(owed) else 0
    return agent if len(owed) and owed[agent] else None


def candidates_of(population: Population) -> Agents:
    """Return the numbers of the agents that may be parents now, ascending; shape (candidates,).

    With racing, one trial is enough: else a failure that stops a series would make its agent a parent.
    """
    measured = population.ended > 0 if population.staging.racing else population.measured
    return np.flatnonzero(measured & allowed(population))


def allowed(population: Population) -> NDArray[np.bool_]:
    """Return whom retention and oversight let be a parent; shape (agents,)."""
    unbarred = ~population.barred
    eligible = population.eligible & unbarred
    return eligible if eligible.any() else unbarred


def busy_children(population: Population, agents: Agents) -> Agents:
    """Return how many children these agents have, attempts under way among them; shape (agents,).

    Without a barrier, all free slots would else see the same numbers.
    """
    return population.children[agents] + population.expanding[agents]


def sigmoids(population: Population, agents: Agents, steepness: float, midpoint: float) -> Weights:
    """Return the logistic function of each score: 1 / (1 + exp(-steepness (score - midpoint))); shape (agents,).

    Computed once for each number of tasks that can be resolved, of which there are few.
    """
    scores = np.arange(population.staging.last + 1) / population.staging.last
    table: Weights = 1 / (1 + np.exp(steepness * (midpoint - scores)))
    return table[population.resolved[agents]]


def drawn(candidates: Agents, weights: Weights, rng: Generator, reason: str) -> Expand:
    """Draw a parent in proportion to the weights."""
    agent, chances = draw(candidates, weights, rng)
    return Expand(agent, chances, reason)
