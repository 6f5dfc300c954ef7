"""The search: population, budget, strategies, retention and the loop."""

from dgm.evolve.actions import Action, Evaluate, Expand, Wait
from dgm.evolve.budget import Budget, Refused
from dgm.evolve.loop import Loop
from dgm.evolve.orders import ModelNames
from dgm.evolve.overseeing import Overseer
from dgm.evolve.oversight import Bar, Oversight
from dgm.evolve.population import Population
from dgm.evolve.progress import Observer, Progress, Reason, RunEnd
from dgm.evolve.ranking import Standing, best_agent, standing_of
from dgm.evolve.resuming import oversight_of, population_of, search_tasks, staging_of
from dgm.evolve.staging import Staging
from dgm.evolve.strategies import Dgm, Strategy, open_strategy

__all__ = [
    "Action",
    "Bar",
    "Budget",
    "Dgm",
    "Evaluate",
    "Expand",
    "Loop",
    "ModelNames",
    "Observer",
    "Overseer",
    "Oversight",
    "Population",
    "Progress",
    "Reason",
    "Refused",
    "RunEnd",
    "Staging",
    "Standing",
    "Strategy",
    "Wait",
    "best_agent",
    "open_strategy",
    "oversight_of",
    "population_of",
    "search_tasks",
    "staging_of",
    "standing_of",
]
