"""Strategies, chosen by name in run.toml: pure functions from what is known to what is done next."""

from typing import ClassVar, Protocol, assert_never

from numpy.random import Generator

from dgm.config import EvolveSection
from dgm.evolve.actions import Action
from dgm.evolve.budget import Budget
from dgm.evolve.population import Population
from dgm.evolve.staging import Measuring
from dgm.evolve.strategies.dgm import Dgm
from dgm.evolve.strategies.dgmh import DgmH
from dgm.evolve.strategies.greedy import Greedy
from dgm.evolve.strategies.hgm import Hgm
from dgm.evolve.strategies.latent import Latent
from dgm.evolve.strategies.no_archive import NoArchive
from dgm.evolve.strategies.no_self_improvement import NoSelfImprovement
from dgm.evolve.strategies.sica import Sica
from dgm.evolve.strategies.uniform import Uniform

__all__ = [
    "Dgm",
    "DgmH",
    "Greedy",
    "Hgm",
    "Latent",
    "NoArchive",
    "NoSelfImprovement",
    "Sica",
    "Strategy",
    "Uniform",
    "open_strategy",
]


class Strategy(Protocol):
    """Decides what a free slot does. Changes nothing it is given but the generator."""

    name: ClassVar[str]
    """As in run.toml; stands with each decision."""

    measuring: ClassVar[Measuring]
    """How it wants the population's stages."""

    def choose(self, population: Population, budget: Budget, rng: Generator) -> Action:
        """Return the next action. Never asks for a trial that has ended or is under way."""

    def pick(self, population: Population) -> int | None:
        """Return the agent that it would choose if the run ended now, never a flagged one; None: nothing is known."""


def open_strategy(section: EvolveSection) -> Strategy:
    """Return the strategy that the configuration names."""
    match section.strategy:
        case "dgm":
            return Dgm(section.selection)
        case "dgmh":
            return DgmH()
        case "hgm":
            return Hgm(section.widening, section.first_expansions)
        case "latent":
            return Latent()
        case "sica":
            return Sica()
        case "greedy":
            return Greedy()
        case "random":
            return Uniform()
        case "no-archive":
            return NoArchive()
        case "no-self-improvement":
            return NoSelfImprovement(section.selection)
        case _:
            assert_never(section.strategy)
