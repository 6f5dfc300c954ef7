"""Strategies, chosen by name in run.toml: pure functions from what is known to what is done next."""

from typing import Protocol, assert_never

from numpy.random import Generator

from dgm.config import EvolveSection
from dgm.evolve.actions import Action
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.strategies.dgm import Dgm

__all__ = ["Dgm", "Strategy", "open_strategy"]


class Strategy(Protocol):
    """Decides what a free slot does. Changes nothing it is given but the generator."""

    @property
    def name(self) -> str:
        """As in run.toml; stands with each decision."""

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Return the next action. Never asks for a trial that has ended or is under way."""

    def pick(self, population: Population) -> int | None:
        """Return the agent that it would choose if the run ended now, never a flagged one; None: nothing is known."""


def open_strategy(section: EvolveSection) -> Strategy:
    """Return the strategy that the configuration names."""
    match section.strategy:
        case "dgm":
            return Dgm(section.selection)
        case _:
            assert_never(section.strategy)
