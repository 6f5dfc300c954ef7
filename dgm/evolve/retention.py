"""Which functioning children may be parents. Pure; every functioning child stays in git whatever the answer.

Founders always may. `keep_all` answers at a child's birth. The other rules wait until a child has been run on as many
tasks as the first stage has, and until then it is no parent; they answer anew whenever its stage has ended. So the same
outcomes give the same answers, whenever a run was stopped in between, and one that was lucky in a small stage may lose
in a larger what it had. A child whose series racing stops before its first stage has ended is never judged: else a
failure, which stops a series, would make it a parent.

Under a strategy that measures without stages, a child may be a parent until it has been judged, since such a strategy
weighs itself what little it knows, and it is judged anew when it has twice as many trials.

Against whom a child is held:

- `keep_better`: its founder, on the tasks that both were measured on (the option of the Darwin Gödel Machine).
- `improving_or_novel`: *improving* against its parent, on their common tasks; *novel* against the agents that were
  there before it, so that of two alike the first is kept, and its own children take nothing from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from dgm.config import EvolveSection
from dgm.evaluations import p_better
from dgm.evolve.comparison import Against, against
from dgm.evolve.novelty import Novelty, behaviour_distances, novelty
from dgm.evolve.population import NO_PARENT, Population
from dgm.evolve.sketches import Earlier
from dgm.evolve.staging import Staging

TWICE = 2
"""By how much an agent's trials have to grow until it is judged anew, where a strategy measures without stages."""

_ROUNDING = 1e-9
"""So that a score of 0.4 is not below 0.5 - 0.1."""


@dataclass(frozen=True, slots=True)
class Retained:
    """The answer; why, in words for a person; and the figures behind it."""

    eligible: bool
    reason: str
    figures: Mapping[str, float] = field(default_factory=dict)


def at_birth(evolve: EvolveSection, staging: Staging) -> Retained:
    """Return what is known of a child that has just passed screening."""
    if evolve.retention == "keep_all":
        return Retained(True, "keep_all: every functioning child may be a parent")
    if staging.is_free:
        return Retained(True, f"{evolve.retention}: may be a parent until {staging.first} of its trials have ended")
    return Retained(False, f"{evolve.retention}: waits for its first stage")


def is_due(population: Population, agent: int, judged: int) -> bool:
    """Tell whether an agent is to be judged now.

    Args:
        judged: how many of its tasks had ended when it was judged last; 0: never.
    """
    ended, staging = int(population.ended[agent]), population.staging
    if population.parent[agent] == NO_PARENT or ended <= judged or ended < staging.first:
        return False
    if not judged or ended == staging.last:
        return True
    stage_has_ended = population.waiting[agent] + population.pending[agent] == 0
    return ended >= TWICE * judged if staging.is_free else bool(stage_has_ended)


def judge(evolve: EvolveSection, population: Population, agent: int, source: Earlier | None = None) -> Retained:
    """Tell whether a child that has been measured may be a parent.

    Args:
        source: its source against those of the agents before it; None: sources are not looked at.
    """
    match evolve.retention:
        case "keep_all":
            return at_birth(evolve, population.staging)
        case "keep_better":
            return _better(evolve, population, agent)
        case "improving_or_novel":
            return _improving_or_novel(evolve, population, agent, source)
        case _:
            assert_never(evolve.retention)


def _better(evolve: EvolveSection, population: Population, agent: int) -> Retained:
    founder = agent
    while population.parent[founder] != NO_PARENT:
        founder = int(population.parent[founder])
    found = against(population, agent, founder)
    least = found.theirs - evolve.leeway * found.n
    answer = found.ours >= least - _ROUNDING
    figures = {**_counts(population, agent, found), "leeway": evolve.leeway}
    relation = "at least" if answer else "less than"
    reason = f"keep_better: {relation} a{founder}'s score - {evolve.leeway:g} ({_words(found)})"
    return Retained(answer, reason, figures)


def _improving_or_novel(evolve: EvolveSection, population: Population, agent: int, source: Earlier | None) -> Retained:
    parent = int(population.parent[agent])
    found = against(population, agent, parent)
    better = p_better((found.ours, found.n), (found.theirs, found.n))
    behaviour = _novel_behaviour(evolve, population, agent)
    novel_source = None if source is None else novelty(source.lacking, evolve.nearest)
    figures = {
        **_counts(population, agent, found),
        "p_better": better,
        "improving_from": evolve.improving_from,
        **_distances("behaviour", behaviour, evolve.novel_behaviour_from),
        **_distances("source", novel_source, evolve.novel_source_from),
    }
    chance = f"P(better than a{parent}) {better:.2f} ({_words(found)})"
    if better >= evolve.improving_from:
        return Retained(True, f"improving: {chance}", figures)
    if source is not None and source.is_copy:
        return Retained(False, f"a copy of an agent that was there before, and not improving: {chance}", figures)
    if behaviour.reaches(evolve.novel_behaviour_from):
        return Retained(True, f"novel by what it resolves: {_far(behaviour)}", figures)
    if novel_source is not None and novel_source.reaches(evolve.novel_source_from):
        return Retained(True, f"novel by its source: {_far(novel_source)}", figures)
    by_source = "" if novel_source is None else f", {novel_source.distance:.2f} by its source"
    how_far = f"{behaviour.distance:.2f} by what it resolves{by_source}"
    return Retained(False, f"neither improving: {chance}; nor novel: {how_far}", figures)


def _novel_behaviour(evolve: EvolveSection, population: Population, agent: int) -> Novelty:
    compared = (population.ended[:agent] >= population.staging.first) & ~population.flagged[:agent]
    others = population.cells[:agent][compared]
    return novelty(behaviour_distances(population.cells[agent], others), evolve.nearest)


def _counts(population: Population, agent: int, found: Against) -> dict[str, float]:
    compared = {"common": found.n, "resolved": found.ours, "other_resolved": found.theirs}
    return {"ended": int(population.ended[agent]), **compared}


def _distances(kind: str, found: Novelty | None, least: float) -> dict[str, float]:
    if found is None:
        return {}
    return {kind: found.distance, f"{kind}_nearest": found.nearest, f"novel_{kind}_from": least}


def _words(found: Against) -> str:
    return f"{found.ours} against {found.theirs} of {found.n} common tasks"


def _far(found: Novelty) -> str:
    return f"its {found.nearest} nearest lack {found.distance:.2f} of it"
