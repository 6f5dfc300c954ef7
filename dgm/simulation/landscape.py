"""One landscape of a family: tasks, a founder, and what becomes of attempts and trials on it.

An agent is the path that led to it: the number of the attempt on each ancestor. All that happens to it is drawn from
the landscape's seed and this path, whatever a strategy did before and whichever work ends first. So two strategies that
walk the same path on the same seed meet the same agents, and their difference is not noise.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from dgm.simulation.edits import Design, Fate, Idea, ability_of, edited, fate, shown
from dgm.simulation.families import Family

Floats = NDArray[np.float64]


@dataclass(slots=True)
class SimulatedAgent:
    """An agent with what is latent in it. Arrays have shape (tasks,).

    Args:
        path: numbers of the attempts that led to it, from its founder.
        interactions: its own luck with each task, in logits.
        resolves: what its first trial of each task gives.
        ideas: of the working children that were begun so far, in their order.
        attempts: begun on it.
    """

    path: tuple[int, ...]
    design: Design
    true_skill: float
    interactions: Floats
    resolves: NDArray[np.bool_]
    seconds: Floats
    tokens: NDArray[np.int64]
    ideas: list[Idea] = field(default_factory=list)
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Attempted:
    """What came of an attempt. `child` is None unless it works."""

    fate: Fate
    child: SimulatedAgent | None
    seconds: float
    tokens: int


class Landscape:
    """Answers attempts and trials. The same family and seed, the same answers."""

    def __init__(self, family: Family, seed: int) -> None:
        self.family = family
        self._seed = seed
        self._tasks = family.pool.draw(family.tasks, self._generator("tasks"))
        self._start = family.pool.skill_at(family.founder)
        self.founder = self._agent((), Design(self._start, self._start), None, self._generator("founder"))

    def attempt(self, parent: SimulatedAgent, editor: SimulatedAgent) -> Attempted:
        """Let an editor change a parent's source, once more."""
        path = (*parent.path, parent.attempts)
        rng = self._generator("attempt", *path)
        parent.attempts += 1
        seconds, tokens = self.family.costs.attempt(rng)
        edits = self.family.edits
        draws: list[float] = rng.random(7).tolist()
        ability = ability_of(editor.design, edits, self._start)
        ended = fate(edits, ability, draws[0], draws[1])
        if ended is not Fate.WORKS:
            return Attempted(ended, None, seconds, tokens)
        idea = self._idea(parent, draws, float(rng.standard_normal()))
        design = edited(parent.design, edits, ability, idea)
        return Attempted(ended, self._agent(path, design, parent, rng), seconds, tokens)

    def repeat(self, agent: SimulatedAgent, task: int, repeat: int) -> bool:
        """Return whether a later trial of the same agent on the same task resolves it."""
        chance = self._tasks.chances(self._skill(agent.design), agent.interactions)[task]
        return bool(self._generator("repeat", task, repeat, *agent.path).random() < chance)

    def holdout(self, agent: SimulatedAgent, tasks: int, repeats: int) -> NDArray[np.bool_]:
        """Return the outcomes of trials on tasks of the same pool that are in no search; shape (tasks, repeats).

        Luck with these tasks is inherited along the lineage, as with those of the suite.
        """
        pool = self.family.pool
        drawn = pool.draw(tasks, self._generator("holdout tasks"))
        luck: Floats | None = None
        for depth in range(len(agent.path) + 1):
            luck = pool.interactions(luck, tasks, self._generator("holdout luck", *agent.path[:depth]))
        assert luck is not None, "a founder has luck"  # noqa: S101
        chances = drawn.chances(self._skill(agent.design), luck)
        draws = self._generator("holdout trials", *agent.path).random((tasks, repeats))
        resolved: NDArray[np.bool_] = draws < chances[:, np.newaxis]
        return resolved

    def _idea(self, parent: SimulatedAgent, draws: list[float], drift: float) -> Idea:
        """Return the idea of an attempt: a new one, or one that the parent's children had already."""
        known = len(parent.ideas)
        if draws[2] < known / (known + self.family.edits.ideas):
            idea = parent.ideas[int(draws[3] * known)]._replace(crosses=draws[6])
        else:
            idea = Idea(draws[4], draws[5], draws[6], drift)
        parent.ideas.append(idea)
        return idea

    def _agent(
        self, path: tuple[int, ...], design: Design, parent: SimulatedAgent | None, rng: Generator
    ) -> SimulatedAgent:
        pool, tasks = self.family.pool, len(self._tasks)
        interactions = pool.interactions(None if parent is None else parent.interactions, tasks, rng)
        resolves = rng.random(tasks) < self._tasks.chances(self._skill(design), interactions)
        seconds, tokens = self.family.costs.trials(tasks, rng)
        true_skill = pool.share(self._skill(design))
        return SimulatedAgent(path, design, true_skill, interactions, resolves, seconds, tokens)

    def _skill(self, design: Design) -> float:
        return shown(design.skill, self.family.edits, self._start)

    def _generator(self, what: str, *numbers: int) -> Generator:
        return Generator(PCG64([_PURPOSES.index(what), self._seed, *numbers, _END]))


_PURPOSES = ("tasks", "founder", "attempt", "repeat", "holdout tasks", "holdout luck", "holdout trials")

_END = 1
"""Behind the numbers of a seed: numpy takes those that differ in zeros at their end for the same."""
