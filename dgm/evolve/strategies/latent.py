"""Ours: skill is latent, and the next trial or attempt is the one whose worth for the final pick is highest by cost.

`dgm.evolve.beliefs` says what is believed of every agent's skill. The worth of k trials of an agent is the expected
gain of picking once their outcomes are known instead of now: the knowledge gradient (Frazier, Powell and Dayanik, SIAM
J. Control Optim. 2008), for the k that makes most of it by cost, since one trial alone often changes nothing (Frazier
and Powell, Decision Analysis 2010). The worth of an attempt is that of a child which is then measured k times: a step
from its parent's skill that is rarely a large one, for attempts that work as often as they did so far. So:

- a child of a parent that is known needs few trials to be dropped, and a hopeless series stops by itself;
- the task of a trial is the one that tells most of the agent's skill, given what is known of the task;
- whether to expand or to measure follows from the same number, by what both have cost in tokens and time so far.

Trials under way count as if they had told what they will. A parent's next attempt is worth less the more it has had:
ideas run out. The pick is the agent with the highest believed skill, never the one with the highest score.
"""

import math
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.evolve.actions import Action, Evaluate, Expand, Wait
from dgm.evolve.beliefs import DRIFT, STEP, Beliefs
from dgm.evolve.budget import Budget
from dgm.evolve.cell import Cell
from dgm.evolve.population import NO_PARENT, Population
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.turns import allowed, busy_children
from dgm.values import WorkKind

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]

FOUNDER_TRIALS = 20
"""Of the first founder, before anything else: they tell how hard the tasks are."""
SERIES = np.array([1, 2, 4, 8, 16])
"""Trials that are weighed together."""
CANDIDATES = 16
"""Agents that are weighed, those first that might be the best: the others' worth is next to nothing."""
STEPS, CHANCES = np.array([STEP, 3 * STEP]), np.array([0.95, 0.05])
"""One step in twenty is taken to be three times as far as usual."""
_FURTHER = STEPS[:, None, None] ** 2 - STEP**2
IDEAS = 12.0
"""Children of one parent after which its next attempt is worth half of its first."""
WORKING = 2.0, 4.0
"""Attempts that worked, and attempts, as if they had been before the run."""


class Latent:
    """Beliefs about skill, and the knowledge gradient. Keeps its beliefs of one population, which follow from it."""

    name: ClassVar[str] = "latent"
    measuring: ClassVar[Measuring] = Measuring.FREE

    def __init__(self) -> None:
        self._of: Population | None = None
        self._beliefs = Beliefs(0)
        self._heard = 0
        self._flagged = b""

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:  # noqa: ARG002 - draws nothing
        """Return the trial or the attempt that is worth most by its cost."""
        if not len(population):
            return Wait("there is no agent yet")
        if (refused := budget.refusal(WorkKind.TRIAL)) is not None:
            return Wait(refused.reason)
        if (first := _founders_first(population)) is not None:
            return first
        self._listen(population)
        measured, parents = self._measurable(population), self._parents(population)
        if (refused := budget.refusal(WorkKind.ATTEMPT)) is not None:
            parents = parents[:0]
        if len(measured) + len(parents) == 0:
            return Wait(refused.reason if refused else "nobody may be a parent, and every task is done or under way")
        return self._most_worth(population, budget, measured, parents)

    def pick(self, population: Population) -> int | None:
        """Return the measured agent of the highest believed skill."""
        if not len(population):
            return None
        self._listen(population)
        believed = self._believed(population)
        best = int(believed.argmax())
        return best if np.isfinite(believed[best]) else None

    # What is believed.

    def _listen(self, population: Population) -> None:
        """Take in what is new. What flagged agents did is not believed: where that changes, from the start."""
        flagged = population.flagged.tobytes()
        if self._of is not population or flagged[: len(self._flagged)] != self._flagged:
            self._of, self._beliefs, self._heard = population, Beliefs(len(population.tasks)), 0
        self._flagged = flagged
        parents = population.parent
        for number in range(len(self._beliefs), len(population)):
            parent = int(parents[number])
            self._beliefs.add(None if parent == NO_PARENT else parent)
        news = population.outcomes[self._heard :]
        self._heard += len(news)
        if len(news):
            self._beliefs.observe(news[~population.flagged[news[:, 0]]])

    def _believed(self, population: Population) -> Floats:
        """Return the mean skill of those that were measured and are not flagged; minus infinity for all others."""
        return np.where((population.ended > 0) & ~population.flagged, self._beliefs.skills().mean, -np.inf)

    # What is worth doing.

    def _measurable(self, population: Population) -> Agents:
        mean, variance = self._beliefs.skills()
        left = len(population.tasks) - population.ended - population.pending
        return _foremost(mean + 2 * np.sqrt(variance), (left > 0) & ~population.flagged)

    def _parents(self, population: Population) -> Agents:
        mean, variance = self._beliefs.skills()
        return _foremost(mean + np.sqrt(variance), allowed(population))

    def _most_worth(self, population: Population, budget: Budget, measured: Agents, parents: Agents) -> Action:
        """Return the trial of an agent, or the attempt on a parent, that is worth most by its cost."""
        beliefs, believed, count = self._beliefs, self._believed(population), len(measured)
        whose = np.concatenate([measured, parents])
        to_come = np.arange(len(whose)) >= count
        mean, variance = (values[whose] for values in beliefs.skills())
        mean, usual = mean + to_come * DRIFT, variance + to_come * STEP**2
        told = beliefs.information(mean, usual)
        told[:count][population.cells[measured] > int(Cell.AGAIN)] = 0.0
        best_first = -np.sort(-told, axis=1)[:, : SERIES[-1]]

        unseen = to_come | (population.ended[whose] == 0)
        spread = usual + unseen * _FURTHER
        known = population.pending[measured] * best_first[:count, 0]
        spread[..., :count] /= 1 + spread[..., :count] * known
        gap = mean - believed.max()
        gap[:count] = -np.abs(_gap_to_the_others(mean[:count], measured, believed))

        counts, precision = _summed(best_first, _series_within(budget))
        works = _share_that_works(population, budget)
        left = 1 + busy_children(population, parents) / IDEAS
        gain = _mixed_gain(gap, spread, precision)
        gain[:, :count] /= counts
        gain[:, count:] *= works / (left * (budget.attempt_in_trials + works * counts))
        worth = gain.max(axis=0)
        best = int(worth.argmax())
        agent = int(whose[best])
        if best < count:
            task = population.tasks[int(told[best].argmax())]
            return Evaluate(agent, (task,), reason=f"worth {worth[best]:.2g} logits for a trial's cost")
        return Expand(agent, reason=f"a child is worth {worth[best]:.2g} logits for a trial's cost")


def _founders_first(population: Population) -> Evaluate | None:
    """Return a trial of the first founder until it has had enough; None: it has, or cannot have more."""
    done = population.ended[0] + population.pending[0]
    free = np.flatnonzero(population.cells[0] <= int(Cell.AGAIN))
    if done >= FOUNDER_TRIALS or population.flagged[0] or not len(free):
        return None
    tasks = tuple(population.tasks[task] for task in free[: FOUNDER_TRIALS - int(done)])
    return Evaluate(0, tasks, reason="the founder's trials tell how hard the tasks are")


def _foremost(promise: Floats, able: NDArray[np.bool_]) -> Agents:
    """Return the most promising of those that are able, by number."""
    agents = np.flatnonzero(able)
    if len(agents) <= CANDIDATES:
        return agents
    return np.sort(agents[np.argpartition(-promise[agents], CANDIDATES - 1)[:CANDIDATES]])


def _gap_to_the_others(mean: Floats, agents: Agents, believed: Floats) -> Floats:
    """Return by how much each agent's mean skill is above the best of all others that were measured."""
    best = int(believed.argmax())
    second = max(believed[:best].max(initial=-np.inf), believed[best + 1 :].max(initial=-np.inf))
    others = np.where((agents == best) & np.isfinite(second), second, believed[best])
    return np.where(np.isfinite(others), mean - others, 0.0)


def _series_within(budget: Budget) -> Agents:
    """Return how many trials may be weighed together: as many as the budget still has; at least one."""
    if budget.limits.trials is None:
        return SERIES
    left = budget.limits.trials - budget.trials - budget.open_trials
    return SERIES[: max(1, int(np.searchsorted(SERIES, left, side="right")))]


def _summed(told: Floats, series: Agents) -> tuple[Agents, Floats]:
    """Return how many trials each series has, and what they tell together; shapes (series, 1) and (series, agents).

    Args:
        told: precision of single trials, the most telling first; shape (agents, trials).
    """
    counts = np.minimum(series, told.shape[1])
    return counts[:, None], np.cumsum(told, axis=1)[:, counts - 1].T


def _mixed_gain(gap: Floats, spread: Floats, precision: Floats) -> Floats:
    """Return what outcomes of that precision are expected to gain, over usual and rare steps; shape (series, agents).

    Args:
        gap: of the mean to what it is compared with; shape (agents,).
        spread: variance for each of `STEPS`; shape (steps, 1, agents).
    """
    moved = spread * np.sqrt(precision / (1 + spread * precision))
    gain: Floats = CHANCES @ expected_gain(gap, moved).reshape(len(STEPS), -1)
    return gain.reshape(precision.shape)


def _share_that_works(population: Population, budget: Budget) -> float:
    children = int(population.children.sum())
    worked, tried = WORKING
    return (children + worked) / (max(children, budget.attempts) + tried)


def expected_gain(mean: Floats, deviation: Floats) -> Floats:
    """Return the expectation of max(0, x) for normal x, to a thousandth of its deviation.

    The normal distribution function is taken as 1/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))).
    """
    z = mean / np.maximum(deviation, 1e-12)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    below = 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (z * (1 + 0.044715 * z * z))))
    gain: Floats = np.maximum(deviation * (z * below + density), 0.0)
    return gain
