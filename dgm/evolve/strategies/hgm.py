"""The Huxley-Gödel Machine (Wang et al., ICLR 2026): Thompson sampling of clades to expand, of agents to measure.

With N trials so far and K agents besides the founders, both with what is under way:

- expand if N^0.6 >= K, the agent with the highest draw from Beta(tau (1 + nC_s), tau (1 + nC_f)), where nC are the
  resolved and unresolved trials of its clade; the first five expansions of the run are the founder's;
- else measure the agent with the highest draw from Beta(tau (1 + n_s), tau (1 + n_f)), its own trials, on one task that
  it has not done, drawn uniformly;
- tau = B / b, the budget by what is left of it: draws come closer to the means towards the end;
- at the end the agent with the highest 1 % quantile of Beta(1 + n_s, 1 + n_f) is picked.

B is the number of trials in the paper; here that of every limit that ends trials (trials, tokens, dollars, hours), and
the one that is used up first counts. There are no stages. Where an expansion is due and attempts are used up, agents
are measured; where every task is done, an agent is expanded.

Where the published code is not the paper, this follows the paper: there descendants' outcomes are appended to their
ancestors' own (one list with two names), own outcomes stand for ten at most in a clade, only agents that resolved
something can be expanded (so a founder at zero cannot start), the next task is the first in order half of the time,
tau is an option, and expansions that fail cost nothing.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.random import Generator

from dgm.evaluations.statistics.beta import beta_quantiles
from dgm.evolve.actions import Action, Evaluate, Expand, Wait
from dgm.evolve.budget import Budget
from dgm.evolve.population import NO_PARENT, Population
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.turns import Agents, Weights, allowed
from dgm.values import WorkKind

PERCENTILE = 0.01
"""Of the final pick."""

LEAST_LEFT = 1e-4
"""Share of the budget that is taken to be left at least, so that tau stays a number."""


class Arms(NamedTuple):
    """Agents of which one is drawn, with the trials that speak for and against each; all have shape (agents,)."""

    agents: Agents
    resolved: Agents
    failed: Agents

    def draw(self, tau: float, rng: Generator) -> tuple[int, float]:
        """Draw from everyone's posterior. Returns whose draw is the highest, and that draw."""
        draws = rng.beta(_prior_added(self.resolved, tau), _prior_added(self.failed, tau))
        best = int(draws.argmax())
        return int(self.agents[best]), float(draws[best])


@dataclass(frozen=True, slots=True)
class Hgm:
    """Clades decide who is expanded, agents' own trials who is measured.

    Args:
        widening: exponent of N.
        first_expansions: attempts of the run that are the founder's.
    """

    name: ClassVar[str] = "hgm"
    measuring: ClassVar[Measuring] = Measuring.FREE

    widening: float = 0.6
    first_expansions: int = 5

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Expand if it is due, else measure; the other where that cannot be."""
        expands = self._begins(budget) or is_due(population, self.widening)
        first = self._expand(population, budget, rng) if expands else self._measure(population, budget, rng)
        if not isinstance(first, Wait):
            return first
        second = self._measure(population, budget, rng) if expands else self._expand(population, budget, rng)
        return first if isinstance(second, Wait) else second

    def pick(self, population: Population) -> int | None:
        """Return the agent that is surely good rather than perhaps the best: the highest low quantile."""
        known = np.flatnonzero((population.ended > 0) & ~population.flagged)
        resolved = population.resolved[known]
        failed = population.ended[known] - resolved
        best = max(_undominated(resolved, failed), key=lambda counts: surely(*counts), default=None)
        if best is None:
            return None
        return int(known[((resolved == best[0]) & (failed == best[1])).argmax()])

    def _begins(self, budget: Budget) -> bool:
        return budget.attempts + budget.open_attempts < self.first_expansions

    def _expand(self, population: Population, budget: Budget, rng: Generator) -> Expand | Wait:
        if (refused := budget.refusal(WorkKind.ATTEMPT)) is not None:
            return Wait(refused.reason)
        arms = expandable(population, founders=self._begins(budget))
        if not len(arms.agents):
            return Wait("nobody may be a parent")
        agent, best = arms.draw(tau_of(budget), rng)
        return Expand(agent, reason=f"its clade's draw of {best:.3f} is the highest of {len(arms.agents)}")

    def _measure(self, population: Population, budget: Budget, rng: Generator) -> Evaluate | Wait:
        if (refused := budget.refusal(WorkKind.TRIAL)) is not None:
            return Wait(refused.reason)
        arms = measurable(population)
        if not len(arms.agents):
            return Wait("every task of every agent has been run, or is under way")
        agent, best = arms.draw(tau_of(budget), rng)
        undone = population.undone(agent)
        task = population.tasks[undone[int(rng.integers(len(undone)))]]
        return Evaluate(agent, (task,), reason=f"its draw of {best:.3f} is the highest of {len(arms.agents)}")


def is_due(population: Population, widening: float) -> bool:
    """Tell whether there are trials enough for another agent."""
    trials = int(population.ended.sum() + population.pending.sum())
    founders = int(np.count_nonzero(population.parent == NO_PARENT))
    agents = len(population) + int(population.expanding.sum()) - founders
    return bool(trials**widening >= agents)


def tau_of(budget: Budget) -> float:
    """Return the whole budget by what is left of it."""
    return 1 / max(budget.share_left, LEAST_LEFT)


def expandable(population: Population, *, founders: bool = False) -> Arms:
    """Return who may be a parent, with the trials of its clade.

    Args:
        founders: only founders, unless none of them may.
    """
    agents = np.flatnonzero(allowed(population))
    if founders and len(first := agents[population.parent[agents] == NO_PARENT]):
        agents = first
    resolved = population.clade_resolved[agents]
    return Arms(agents, resolved, population.clade_ended[agents] - resolved)


def measurable(population: Population) -> Arms:
    """Return who has a task that is neither done nor under way and is not flagged, with its own trials."""
    open_to_trials = population.ended + population.pending < population.assigned
    agents = np.flatnonzero(open_to_trials & ~population.flagged)
    resolved = population.resolved[agents]
    return Arms(agents, resolved, population.ended[agents] - resolved)


def _prior_added(counts: Agents, tau: float) -> Weights:
    """Return tau times one more than each count."""
    parameters: Weights = np.multiply(counts, tau, dtype=np.float64)
    parameters += tau
    return parameters


@lru_cache(maxsize=65536)
def surely(resolved: int, failed: int) -> float:
    """Return the share that an agent exceeds with a belief of 99 %: the low quantile of its posterior."""
    (low,) = beta_quantiles(1 + resolved, 1 + failed, (PERCENTILE,))
    return low


def _undominated(resolved: Agents, failed: Agents) -> list[tuple[int, int]]:
    """Return the counts, resolved and failed, of which nobody has more resolved and as few failed."""
    if not len(resolved):
        return []
    many = failed.max() + 1
    fewest = np.full(resolved.max() + 1, many)
    np.minimum.at(fewest, resolved, failed)
    with_as_many = np.minimum.accumulate(fewest[::-1])[::-1]
    front = np.flatnonzero(fewest < np.append(with_as_many[1:], many))
    return list(zip(front.tolist(), fewest[front].tolist(), strict=True))
