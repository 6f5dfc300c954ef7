"""Tasks from item response theory, and what an agent's latent skill is worth on them. Pure.

A task has a difficulty b and a discrimination a; an agent resolves it with probability
1 / (1 + exp(-(a (skill - b) + e))): the two-parameter logistic model (Birnbaum 1968), and e, which belongs to this
agent and this task. e stays the same when the pair is tried again, so repeats of it are not independent evidence of
skill; a child inherits a part of its parent's.
"""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LOWEST, _HIGHEST, _STEP = -12.0, 16.0, 0.02


@dataclass(frozen=True, slots=True)
class TaskPool:
    """The distribution that a suite's tasks are drawn from. Difficulty and skill are on one scale, in logits.

    Args:
        spread: standard deviation of the difficulty, which is normal around 0.
        impossible: share of tasks that no agent resolves.
        discrimination: median of a, which is lognormal.
        discrimination_sigma: of log a.
        interaction: standard deviation of e, in logits.
        inherited: correlation of a child's e with its parent's.
    """

    spread: float = 2.0
    impossible: float = 0.1
    discrimination: float = 1.5
    discrimination_sigma: float = 0.3
    interaction: float = 1.0
    inherited: float = 0.8

    def draw(self, tasks: int, rng: Generator) -> "DrawnTasks":
        """Draw a suite's tasks."""
        difficulty = self.spread * rng.standard_normal(tasks)
        difficulty[rng.random(tasks) < self.impossible] = np.inf
        return DrawnTasks(
            difficulty, self.discrimination * np.exp(self.discrimination_sigma * rng.standard_normal(tasks))
        )

    def interactions(self, parent: Floats | None, tasks: int, rng: Generator) -> Floats:
        """Draw e of a founder, or of a child from its parent's; shape (tasks,)."""
        fresh = self.interaction * rng.standard_normal(tasks)
        if parent is None:
            return fresh
        mixed: Floats = self.inherited * parent + np.sqrt(1 - self.inherited**2) * fresh
        return mixed

    def share(self, skill: float) -> float:
        """Return the expected share of an infinite pool that an agent of this skill resolves: its true skill."""
        grid, shares = _curve(self)
        return float(np.interp(skill, grid, shares))

    def skill_at(self, share: float) -> float:
        """Return the latent skill that is worth this share. Raises ValueError where none is."""
        grid, shares = _curve(self)
        if not shares[0] < share < shares[-1]:
            raise ValueError(f"no skill resolves {share:g} of this pool, only {shares[0]:.3f} to {shares[-1]:.3f}")
        return float(np.interp(share, shares, grid))


@dataclass(frozen=True, slots=True)
class DrawnTasks:
    """Tasks of one suite; both have shape (tasks,). An impossible task has an infinite difficulty."""

    difficulty: Floats
    discrimination: Floats

    def __len__(self) -> int:
        return len(self.difficulty)

    def chances(self, skill: float, interactions: Floats) -> Floats:
        """Return the chance of resolving each task; shape (tasks,)."""
        return logistic(self.discrimination * (skill - self.difficulty) + interactions)


def logistic(logits: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), at infinities too."""
    shares: Floats = 0.5 * (1 + np.tanh(0.5 * logits))
    return shares


@lru_cache(maxsize=64)
def _curve(pool: TaskPool) -> tuple[Floats, Floats]:
    """Return skills and the share that each is worth, by a midpoint rule over difficulty, discrimination and e."""
    normal = NormalDist()
    difficulty = np.array([pool.spread * normal.inv_cdf((i + 0.5) / 41) for i in range(41)])
    discrimination = pool.discrimination * np.exp(
        [pool.discrimination_sigma * normal.inv_cdf((i + 0.5) / 7) for i in range(7)]
    )
    interaction = np.array([pool.interaction * normal.inv_cdf((i + 0.5) / 9) for i in range(9)])
    b, a, e = (part.ravel() for part in np.meshgrid(difficulty, discrimination, interaction))
    grid = np.arange(_LOWEST, _HIGHEST, _STEP)
    shares = np.array([(1 - pool.impossible) * logistic(a * (skill - b) + e).mean() for skill in grid])
    return grid, shares
