"""The founder edits every child: the ablation "without self-improvement" of the Darwin Gödel Machine.

Zhang et al., arXiv 2505.22954: parents are chosen as always, but it is the founder's code that rewrites them, so that
no child can become better at making children. With several founders, each edits its own descendants.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from numpy.random import Generator

from dgm.evolve.actions import Action, Expand
from dgm.evolve.budget import Budget
from dgm.evolve.population import NO_PARENT, Population
from dgm.evolve.ranking import best_agent
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.dgm import Selection, draw_parent
from dgm.evolve.strategies.turns import take_turn


@dataclass(frozen=True, slots=True)
class NoSelfImprovement:
    """The choice of `dgm`; another agent holds the pen."""

    name: ClassVar[str] = "no-self-improvement"
    measuring: ClassVar[Measuring] = Measuring.STAGES

    selection: Selection = "score_child_prop"

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Measure what is waiting, else draw a parent as `dgm` does."""
        return take_turn(population, budget, lambda: self._expand(population, rng))

    def pick(self, population: Population) -> int | None:
        """Return the best of the largest stage."""
        return best_agent(population)

    def _expand(self, population: Population, rng: Generator) -> Expand | None:
        chosen = draw_parent(population, self.selection, rng)
        return chosen and replace(chosen, editor=founder_of(population, chosen.agent))


def founder_of(population: Population, agent: int) -> int:
    """Return the founder of an agent's lineage."""
    while (parent := int(population.parent[agent])) != NO_PARENT:
        agent = parent
    return agent
