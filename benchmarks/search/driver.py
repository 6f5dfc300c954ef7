"""Outcomes that the loop handles in a second, with work that takes no time, at 100, 1,000 and 10,000 agents.

The archive is in memory, so this is the search alone: choosing, leases, population, retention and ranking. What the
real archive and Ray add is in `benchmarks/driver.py`. Every agent is measured on its first stage before it begins. The
faster of two rounds counts: in the first, some strategies fill their tables.
"""

import time
from functools import partial

import numpy as np

from benchmarks.search.cases import OURS, section_of
from benchmarks.search.tables import show
from dgm.evolve.randomness import Streams
from dgm.simulation import Landscape, MemoryArchive, SimulatedWorker, Simulation, config_of, family_of
from dgm.values import (
    AttemptOrder,
    AttemptOutcome,
    Decision,
    Focus,
    FocusKind,
    Lease,
    Manifest,
    Task,
    TrialOrder,
    TrialOutcome,
    Work,
    WorkKind,
)

AGENTS = (100, 1_000, 10_000)
OUTCOMES = 2_000
ROUNDS = 2
SLOTS = 8
LEASE = Lease(10**12, 1e9, 1e6)
GENERAL = Focus(FocusKind.GENERAL)
START = Streams(0).state
FAMILY = "broken-30"


def main() -> None:
    """Print the table."""
    rows = []
    for strategy in (*OURS, "dgm", "hgm"):
        rates = [max(_rate(strategy, agents) for _ in range(ROUNDS)) for agents in AGENTS]
        rows.append([strategy, *(f"{rate:,.0f}" for rate in rates), f"{max(rates) / min(rates):.2f}"])
    headers = ["strategy", *(f"{agents:,} agents" for agents in AGENTS), "most by least"]
    show(f"Outcomes handled in a second of CPU, over {OUTCOMES:,} trials", headers, rows)


def _rate(strategy: str, agents: int) -> float:
    family = family_of(FAMILY)
    known = family.tasks + (agents - 1) * family.stages[0]
    config = config_of(family, section_of(strategy), trials=known + OUTCOMES)
    search = Simulation(config, Landscape(family, 0), SLOTS, begin=partial(grow, agents))
    before, started = search.archive.totals(), time.process_time()
    search.run()
    seconds = time.process_time() - started
    after = search.archive.totals()
    return (after.trials + after.attempts - before.trials - before.attempts) / seconds


def grow(agents: int, archive: MemoryArchive, worker: SimulatedWorker) -> None:
    """Fill an archive with a founder and agents of random parents, each measured on the first stage."""
    rng, tasks = np.random.default_rng(0), worker.suite.tasks
    founder = archive.add_founder(worker.founder, Manifest("simulated", "", ("true",)))
    _measure(archive, worker, founder.number, tasks)
    while (number := len(archive.agents())) < agents:
        parent = int(rng.integers(number))
        decision = Decision("grown", "expand", parent, (), {}, START)
        attempt = archive.open_attempt(parent, GENERAL, LEASE, decision)
        archive.close_attempt(_attempted(archive, worker, attempt, parent))
        if len(archive.agents()) > number:
            _measure(archive, worker, number, tasks[: worker.suite.stages[0]])


def _attempted(archive: MemoryArchive, worker: SimulatedWorker, attempt: int, parent: int) -> AttemptOutcome:
    record, models = archive.agent(parent), {"solve": "", "improve": "", "diagnose": ""}
    order = AttemptOrder(
        attempt, parent, archive.tree(parent), record.manifest, GENERAL, (), (), models, LEASE, LEASE.seconds
    )
    outcome = worker(Work("", WorkKind.ATTEMPT, order, 0.0))
    assert isinstance(outcome, AttemptOutcome)
    return outcome


def _measure(archive: MemoryArchive, worker: SimulatedWorker, agent: int, tasks: tuple[Task, ...]) -> None:
    decision = Decision("grown", "evaluate", agent, (), {}, START)
    opened = archive.open_trials(agent, [(task.task_id, 0, LEASE) for task in tasks], decision)
    tree = archive.tree(agent)
    for trial, task in zip(opened, tasks, strict=True):
        order = TrialOrder(trial, agent, 0, tree, (), task, worker.suite.digest, "", LEASE)
        outcome = worker(Work("", WorkKind.TRIAL, order, 0.0))
        assert isinstance(outcome, TrialOutcome)
        archive.close_trial(outcome)
