"""Searches without a model, a sandbox or money: landscapes, and the real loop on a virtual clock."""

from dgm.simulation.clock import VirtualClock
from dgm.simulation.costs import Costs
from dgm.simulation.edits import Edits
from dgm.simulation.executor import VirtualExecutor
from dgm.simulation.families import FAMILIES, Family, Half, family_of, half_of
from dgm.simulation.landscape import Landscape
from dgm.simulation.many import STRATEGIES, Case, run_all
from dgm.simulation.measured import Measured
from dgm.simulation.memory import MemoryArchive
from dgm.simulation.planning import Assumed, Expected, PlanRow, assume, cases_of
from dgm.simulation.pool import TaskPool
from dgm.simulation.running import Moment, SimulatedRun, Simulation, config_of, run_simulation
from dgm.simulation.summary import Estimate, mean, mean_difference, median, median_ratio
from dgm.simulation.worker import SimulatedWorker

__all__ = [
    "FAMILIES",
    "STRATEGIES",
    "Assumed",
    "Case",
    "Costs",
    "Edits",
    "Estimate",
    "Expected",
    "Family",
    "Half",
    "Landscape",
    "Measured",
    "MemoryArchive",
    "Moment",
    "PlanRow",
    "SimulatedRun",
    "SimulatedWorker",
    "Simulation",
    "TaskPool",
    "VirtualClock",
    "VirtualExecutor",
    "assume",
    "cases_of",
    "config_of",
    "family_of",
    "half_of",
    "mean",
    "mean_difference",
    "median",
    "median_ratio",
    "run_all",
    "run_simulation",
]
