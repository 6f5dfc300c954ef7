"""From the archive to the loop's memory, at a start as at a resume."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from dgm.config import RunConfig
from dgm.errors import ConfigError
from dgm.evolve.books import Books
from dgm.evolve.budget import Budget, starts_charged
from dgm.evolve.oversight import Oversight
from dgm.evolve.population import NO_PARENT, Population
from dgm.evolve.randomness import Streams
from dgm.evolve.rebuilding import rebuild
from dgm.evolve.staging import Staging
from dgm.evolve.strategies import open_strategy
from dgm.evolve.wires import Wires
from dgm.ports import Archive
from dgm.values import OpenLease, Split, Suite, Tree, TrialState


def open_books(config: RunConfig, suite: Suite, archive: Archive, now: datetime) -> Books:
    """Charge what a crash left under way, and return the books as the archive has them.

    Raises:
        ConfigError: the suite's tasks or stages cannot be used.
    """
    left = archive.open_leases()
    if hours := hours_of(left, now):
        archive.add_hours(hours)
    for lease in left:
        reason = "under way when the driver died: charged whole"
        archive.settle_lost(lease, reason, starts=starts_charged(config.budget))
    oversight = oversight_of(config, suite, archive)
    budget = Budget.after(config.budget, config.leases, archive.totals())
    return Books(oversight.population, budget, oversight)


def hours_of(leases: Iterable[OpenLease], now: datetime) -> float:
    """Return how long a driver that died may have waited for its work, part of which it may have recorded already.

    When it died is not known: not later than now, and no work lasts longer than its lease.
    """
    waited = [min((now - one.opened_at).total_seconds(), one.lease.seconds) for one in leases if one.opened_at]
    return max([0.0, *waited]) / 3600


def population_of(config: RunConfig, suite: Suite, archive: Archive) -> Population:
    """Return the population as the archive has it now. Raises ConfigError, as `open_books` does."""
    return oversight_of(config, suite, archive).population


def oversight_of(config: RunConfig, suite: Suite, archive: Archive) -> Oversight:
    """Return the population as the archive has it now, with what is said of its agents. Raises ConfigError."""
    results = archive.trial_results()
    population = rebuild(search_tasks(config, suite), staging_of(config, suite), archive.agents(), results)
    tried = {trial.agent for trial in results if trial.on_tripwire and trial.state is TrialState.SCORED}
    oversight = Oversight(population, config.oversight, Wires(bool(suite.tripwires), tried))
    oversight.take(archive.marks())
    oversight.grow()
    for agent in range(len(population)):
        oversight.measured(agent)
    return oversight


def staging_of(config: RunConfig, suite: Suite) -> Staging:
    """Return the stages that agents go through, as the strategy measures them. Raises ConfigError."""
    return Staging.of(
        config.suite.stages or suite.stages,
        config.suite.promote,
        len(search_tasks(config, suite)),
        racing=config.evolve.racing,
        measuring=open_strategy(config.evolve).measuring,
    )


def search_tasks(config: RunConfig, suite: Suite) -> tuple[str, ...]:
    """Return the ids of the tasks that steer the run, in order.

    Raises:
        ConfigError: a task does not exist, is named twice, or is kept for the final confirmation.
    """
    known = [task.task_id for task in suite.split(Split.SEARCH)]
    wanted = known if config.suite.tasks is None else config.suite.tasks
    wrong = [task for task in wanted if task not in known]
    if wrong:
        raise ConfigError(
            f"suite.tasks names {', '.join(map(repr, wrong))}, and the search split of {suite.name!r} has no such "
            f"task: it has {', '.join(known)}"
        )
    if len(set(wanted)) < len(wanted):
        raise ConfigError("suite.tasks names a task twice: name each once")
    return tuple(wanted)


def streams_of(config: RunConfig, archive: Archive) -> Streams:
    """Return the random streams, gone on to where the last decision left them."""
    streams = Streams(config.seed)
    if (last := archive.last_decision()) is not None:
        streams.resume_after(last.generator)
    return streams


def missing_founders(founders: Mapping[str, Tree], population: Population) -> dict[str, Tree]:
    """Return the founders that are not planted yet."""
    planted = int((population.parent == NO_PARENT).sum())
    return dict(list(founders.items())[planted:])
