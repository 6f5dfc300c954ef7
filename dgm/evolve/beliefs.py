"""What is believed of every agent's skill and every task's difficulty: a Gaussian tree under logistic outcomes. Pure.

An agent of skill s resolves a task of difficulty b and discrimination a with probability 1 / (1 + exp(-a (s - b))): the
two-parameter logistic model (Birnbaum 1968). A child's skill is its parent's plus a normal step (Felsenstein's Brownian
motion on a tree, Am. J. Hum. Genet. 1973), so a trial of one agent tells of its relatives, and one on a task tells how
hard the task is for all. The origin of the scale is the founder's skill; several founders lie around it.

Outcomes enter as quadratic approximations (Laplace) at what is believed; the tree is solved exactly by messages up from
the leaves and down from the root (Pearl 1988). An outcome costs O(tasks + depth). Everything is fitted anew, from
nothing, whenever the outcomes have grown by a 32nd: so the order of the outcomes is all that the beliefs depend on, and
of few outcomes not even that. A resumed run, which counts the same outcomes in the same order, believes the same.

Not covered: what an agent does well beside its one skill, but for its luck with single tasks, which widens the model.
"""

import math
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from dgm.evolve.growable import Growable

Floats = NDArray[np.float64]
Number = TypeVar("Number", float, Floats)

STEP = 0.8
"""Standard deviation of a child's skill around its parent's, in logits."""
DRIFT = -0.1
"""Mean of a step: most edits do not help."""
FOUNDERS = 2.0
"""Standard deviation of each of several founders' skills around the origin."""
ALONE = 1e-3
"""The same of one that is the only founder."""
HARDNESS = 1.5
"""Mean of the tasks' difficulty above the origin."""
SPREAD = 2.5
"""Standard deviation of the tasks' difficulty."""
LUCK = 1.0
"""Variance of what belongs to one agent and one task, in logits."""
DISCRIMINATIONS = np.array([0.5, 1.0, 2.0])
"""Between these a task's discrimination is weighed, the middle one twice as likely before any outcome."""

_ORIGIN = 0
"""The root of the tree, above the founders: agent 0 is number 1 in it."""
_PRIOR = np.log([0.25, 0.5, 0.25])
_SWEEPS = 4
_GROWTH = 32
_FLATTENING = 1 / math.sqrt(1 + math.pi / 8 * LUCK)
"""A logistic curve seen through normal luck is a flatter one (MacKay 1992)."""
_LEAST = 0.01
"""Curvature of an outcome that was all but certain, at least: so that a surprise does not throw a belief far."""


class Skills(NamedTuple):
    """Mean and variance of each agent's skill, in logits; both have shape (agents,)."""

    mean: Floats
    variance: Floats


class Beliefs:
    """Beliefs that outcomes change one by one. Not thread-safe.

    Args:
        tasks: how many there are.
    """

    def __init__(self, tasks: int) -> None:
        self.difficulty = np.full(tasks, HARDNESS)
        self.uncertainty = np.full(tasks, SPREAD**2)
        """Variance of each task's difficulty."""
        self.discrimination = np.full(tasks, _FLATTENING)
        self._outcomes = Growable(np.int8, tasks)
        self._parent, self._depth = Growable(np.int64), Growable(np.int64)
        self._link, self._drift = Growable(np.float64), Growable(np.float64)
        self._own, self._told = Growable(np.float64, 2), Growable(np.float64, 2)
        """Each agent's evidence, and with that of its clade: precision, and precision times its place."""
        self._levels: list[list[int]] = []
        self._arrays: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._skills: Skills | None = None
        self._count, self._fit_at = 0, 1
        self._add(_ORIGIN, 0, 1.0, 0.0)

    def __len__(self) -> int:
        return len(self._parent.view) - 1

    def add(self, parent: int | None) -> None:
        """Take in the next agent; None: a founder."""
        if parent is None:
            self._add(_ORIGIN, 1, ALONE**-2, 0.0)
            self._make_room_for_founders()
        else:
            self._add(parent + 1, self._depth.at[parent + 1] + 1, STEP**-2, DRIFT)

    def _add(self, above: int, depth: int, link: float, drift: float) -> None:
        for column, value in (
            (self._parent, above),
            (self._depth, depth),
            (self._link, link),
            (self._drift, drift),
            *((column, 0) for column in (self._outcomes, self._own, self._told)),
        ):
            column.append(value)
        if depth == len(self._levels):
            self._levels.append([])
        self._levels[depth].append(len(self))
        self._arrays.pop(depth, None)
        self._skills = None

    def _make_room_for_founders(self) -> None:
        founders, _ = self._level(1)
        if len(founders) == 1:
            return
        self._link.view[founders] = FOUNDERS**-2
        if self._count:
            self._fit()

    def observe(self, outcomes: NDArray[np.int64]) -> None:
        """Take in outcomes in order: many at once as one by one, but without the fits that a later one replaces.

        Args:
            outcomes: agent, index of the task, 1 if resolved; shape (outcomes, 3).
        """
        fitted, self._skills = 0, None
        while (until := self._fit_at - self._count) <= len(outcomes):
            fitted, self._fit_at = until, self._fit_at + 1 + self._fit_at // _GROWTH
        self._count += len(outcomes)
        if fitted:
            agents, tasks, resolved = outcomes[:fitted].T
            self._outcomes.view[agents + 1, tasks] = np.where(resolved, 1, -1)
            self._fit()
        for agent, task, resolved in outcomes[fitted:].tolist():
            self._outcomes.at[agent + 1, task] = 1 if resolved else -1
            self._settle(agent + 1)

    def skills(self) -> Skills:
        """Return what is believed of everyone: one pass down the tree."""
        if self._skills is None:
            mean, variance = self._passed_down()
            self._skills = Skills(mean[1:], variance[1:])
        return self._skills

    def information(self, skills: Floats, variances: Floats) -> Floats:
        """Return what a trial would tell of a skill, as precision; shape (agents, tasks).

        Args:
            skills, variances: of some agents; shape (agents,).
        """
        wide = 1 / (1 + math.pi / 8 * self.discrimination**2 * (variances[:, None] + self.uncertainty))
        chance = _logistic(self.discrimination * np.sqrt(wide) * (skills[:, None] - self.difficulty))
        told = chance * (1 - chance) * self.discrimination**2 * wide
        information: Floats = told / (1 + told * self.uncertainty)
        return information

    # One outcome.

    def _settle(self, agent: int) -> None:
        """Bring one agent's own evidence up to date, and tell its ancestors."""
        row = self._outcomes.view[agent]
        seen = np.flatnonzero(row)
        evidence = _evidence(
            row[seen] > 0,
            self._mean_of(agent),
            self.discrimination[seen],
            self.difficulty[seen],
            self.uncertainty[seen],
        )
        precision, shift = float(evidence[0].sum()), float(evidence[1].sum())
        self._tell(agent, precision - self._own.at[agent, 0], shift - self._own.at[agent, 1])
        self._own.at[agent, 0], self._own.at[agent, 1] = precision, shift

    def _tell(self, agent: int, precision: float, shift: float) -> None:
        """Add evidence to an agent, and what it means for each ancestor."""
        told = self._told.at
        while agent != _ORIGIN:
            link, drift = self._link.at[agent], self._drift.at[agent]
            before = _message(told[agent, 0], told[agent, 1], link, drift)
            told[agent, 0] += precision
            told[agent, 1] += shift
            after = _message(told[agent, 0], told[agent, 1], link, drift)
            precision, shift = after[0] - before[0], after[1] - before[1]
            agent = self._parent.at[agent]

    def _mean_of(self, agent: int) -> float:
        path = []
        while agent != _ORIGIN:
            path.append(agent)
            agent = self._parent.at[agent]
        mean = 0.0
        for below in reversed(path):
            link, told = self._link.at[below], self._told.at
            mean = (link * (mean + self._drift.at[below]) + told[below, 1]) / (link + told[below, 0])
        return mean

    def _passed_down(self) -> Skills:
        """Return what is believed of every skill, the origin's first; shape (1 + agents,)."""
        link, (precision, shift) = self._link.view, self._told.view.T
        alone = 1 / (link + precision)
        share = link * alone
        factor, start, believed = np.zeros((3, len(link), 2))
        factor[:, 0], factor[:, 1] = share, share * share
        start[:, 0], start[:, 1] = share * self._drift.view + shift * alone, alone
        for depth in range(1, len(self._levels)):
            level, above = self._level(depth)
            believed[level] = factor.take(level, 0) * believed.take(above, 0) + start.take(level, 0)
        return Skills(*believed.T)

    def _level(self, depth: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the agents of one depth, and their parents."""
        if depth not in self._arrays:
            level = np.array(self._levels[depth])
            self._arrays[depth] = level, self._parent.view[level]
        return self._arrays[depth]

    # All outcomes.

    def _fit(self) -> None:
        """Find skills and difficulties anew from all outcomes."""
        agents, tasks = np.nonzero(self._outcomes.view)
        resolved = self._outcomes.view[agents, tasks] > 0
        count = len(self.difficulty)
        self.difficulty, self.uncertainty = np.full(count, HARDNESS), np.full(count, SPREAD**2)
        self.discrimination = np.full(count, _FLATTENING)
        skills = np.zeros(len(self) + 1)
        for sweep in range(_SWEEPS):
            if sweep:
                self._weigh_discriminations(skills[agents], tasks, resolved)
            self._fit_difficulty(skills[agents], tasks, resolved)
            skills = self._fit_skills(skills[agents], agents, tasks, resolved)

    def _fit_difficulty(self, skills: Floats, tasks: NDArray[np.int64], resolved: NDArray[np.bool_]) -> None:
        """Take Newton's step for every task, its prior among what it knows."""
        slope, hardness = self.discrimination[tasks], self.difficulty[tasks]
        chance = _logistic(slope * (skills - hardness))
        told = np.maximum(chance * (1 - chance), _LEAST) * slope**2
        count = len(self.difficulty)
        precision = np.bincount(tasks, told, count) + SPREAD**-2
        gradient = np.bincount(tasks, slope * (chance - resolved), count) + (HARDNESS - self.difficulty) / SPREAD**2
        self.difficulty, self.uncertainty = self.difficulty + gradient / precision, 1 / precision

    def _fit_skills(
        self, skills: Floats, agents: NDArray[np.int64], tasks: NDArray[np.int64], resolved: NDArray[np.bool_]
    ) -> Floats:
        evidence = _evidence(
            resolved, skills, self.discrimination[tasks], self.difficulty[tasks], self.uncertainty[tasks]
        )
        for column, values in enumerate(evidence):
            self._own.view[:, column] = np.bincount(agents, values, len(self) + 1)
        self._told.view[:] = self._own.view
        self._pass_up()
        return self._passed_down().mean

    def _pass_up(self) -> None:
        told, link, drift = self._told.view, self._link.view, self._drift.view
        for depth in range(len(self._levels) - 1, 0, -1):
            level, above = self._level(depth)
            precision, shift = told.take(level, 0).T
            np.add.at(told, above, np.array(_message(precision, shift, link.take(level), drift.take(level))).T)

    def _weigh_discriminations(self, skills: Floats, tasks: NDArray[np.int64], resolved: NDArray[np.bool_]) -> None:
        """Set each task's discrimination to the mean, in logs, of what its outcomes make of the ones weighed."""
        side = np.where(resolved, 1.0, -1.0) * (skills - self.difficulty[tasks])
        likelihood = np.stack(
            [
                np.bincount(tasks, -np.logaddexp(0, -slope * _FLATTENING * side), len(self.difficulty))
                for slope in DISCRIMINATIONS
            ],
            axis=1,
        )
        weights = np.exp(_PRIOR + likelihood - likelihood.max(axis=1, keepdims=True))
        mean = weights @ np.log(DISCRIMINATIONS) / weights.sum(axis=1)
        self.discrimination = _FLATTENING * np.exp(mean)


def _evidence(
    resolved: NDArray[np.bool_], skills: Floats | float, slope: Floats, hardness: Floats, uncertainty: Floats
) -> tuple[Floats, Floats]:
    """Return each outcome's quadratic approximation at a skill: precision, and precision times its place."""
    chance = _logistic(slope * (skills - hardness))
    told = np.maximum(chance * (1 - chance), _LEAST) * slope**2
    believed = 1 / (1 + told * uncertainty)
    return told * believed, (told * skills + slope * (resolved - chance)) * believed


def _message(precision: Number, shift: Number, link: Number, drift: Number) -> tuple[Number, Number]:
    """Return what an agent's clade tells of its parent: precision, and precision times its place."""
    share = link / (link + precision)
    return precision * share, (shift - precision * drift) * share


def _logistic(x: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-x))
    return chance
