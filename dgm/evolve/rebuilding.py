"""Makes a population from the archive's records. Pure: the same records give the same population."""

from collections.abc import Iterable, Sequence

from dgm.evolve.population import Cell, Population
from dgm.evolve.staging import Staging
from dgm.values import AgentRecord, AttemptRecord, AttemptState, TrialResult, TrialState


def rebuild(
    tasks: Sequence[str],
    staging: Staging,
    agents: Iterable[AgentRecord],
    trials: Iterable[TrialResult],
    attempts: Iterable[AttemptRecord] = (),
) -> Population:
    """Return the population as the loop had it.

    Trials of other tasks and repeats, such as a confirmation's, are left out. An unscored trial is put back.
    """
    population = Population(tasks, staging)
    for agent in agents:
        population.add(agent.parent, eligible=agent.eligible)
    for trial in trials:
        if trial.repeat == 0 and trial.task_id in population.index:
            _replay(population, trial)
    for attempt in attempts:
        if attempt.state is AttemptState.OPEN:
            population.open_attempt(attempt.parent)
    return population


def _replay(population: Population, trial: TrialResult) -> None:
    population.open_trial(trial.agent, trial.task_id)
    if trial.state is TrialState.UNSCORED:
        population.reopen_trial(trial.agent, trial.task_id)
    elif trial.state is TrialState.SCORED:
        population.close_trial(trial.agent, trial.task_id, Cell.RESOLVED if trial.resolved else Cell.UNRESOLVED)
