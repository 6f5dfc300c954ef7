"""What was tried before on a lineage, as an attempt is told of it: public parts only, of bounded size.

Reads the archive.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from dgm.evolve.comparison import against
from dgm.evolve.population import Population
from dgm.improve.transcripts import keep_start
from dgm.ports import Archive
from dgm.values import AgentRecord, Ancestor, AttemptRecord, AttemptState, Effect, Failure, Tried

MAX_ANCESTORS = 20
"""The newest ancestors that are told of, besides the founder."""

MAX_ON_PARENT, MAX_ON_ANCESTORS = 20, 10
"""The newest attempts that are told of, besides those that made the lineage."""

MAX_ANCESTOR_DIFF, MAX_TRIED_DIFF = 100_000, 8_000
MAX_PROPOSAL, MAX_DETAIL = 8_000, 1_000
"""Characters of one difference, one proposal, one detail."""

_NOT_ITS_FAULT = frozenset({Failure.INFRASTRUCTURE, Failure.LOST})
"""Such an attempt tells nothing of a proposal, and its detail much of the host."""


class Past(NamedTuple):
    """A line of agents, founder first, and what else was tried on them, oldest first."""

    lineage: tuple[Ancestor, ...]
    tried: tuple[Tried, ...]


class PastReader:
    """Gathers the past of agents. Keeps recently used differences: they never change."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._diff = lru_cache(maxsize=256)(archive.diff)

    def read(self, agent: int, population: Population) -> Past:
        """Return what was tried before on an agent and its ancestors; only the newest of a long line."""
        line = self._archive.lineage(agent)
        kept = [*line[:1], *line[1:][-MAX_ANCESTORS:]]
        lineage = tuple(self._ancestor(each, population) for each in kept)
        attempts = _newest(self._archive.attempts([each.number for each in kept]), agent, {a.number for a in line})
        return Past(lineage, tuple(self._tried(attempt, population) for attempt in attempts))

    def _ancestor(self, agent: AgentRecord, population: Population) -> Ancestor:
        counts = int(population.resolved[agent.number]), int(population.ended[agent.number])
        if agent.parent is None:
            return Ancestor(agent.number, "", "", *counts)
        diff = keep_start(self._diff(agent.number), MAX_ANCESTOR_DIFF)
        effect = _effect(population, agent.number, agent.parent)
        return Ancestor(agent.number, keep_start(agent.proposal, MAX_PROPOSAL), diff, *counts, effect)

    def _tried(self, attempt: AttemptRecord, population: Population) -> Tried:
        child = None if attempt.child is None else self._archive.agent(attempt.child)
        return Tried(
            attempt_id=attempt.attempt_id,
            parent_id=attempt.parent,
            focus=attempt.focus,
            proposal=keep_start(attempt.proposal, MAX_PROPOSAL),
            diff=keep_start(self._change(attempt), MAX_TRIED_DIFF),
            child_id=attempt.child,
            effect=None if child is None else _effect(population, child.number, attempt.parent),
            failure=attempt.failure,
            detail=keep_start(attempt.detail, MAX_DETAIL),
            retained=child.eligible if child is not None and child.figures else None,
        )

    def _change(self, attempt: AttemptRecord) -> str:
        if attempt.child is not None:
            return self._diff(attempt.child)
        sha256 = attempt.artifacts.get("child.diff")
        return "" if sha256 is None else self._archive.artifact(sha256).decode("utf-8", "replace")


def _effect(population: Population, child: int, parent: int) -> Effect:
    found = against(population, child, parent)
    return Effect(found.theirs, found.ours, found.n)


def _newest(attempts: Iterable[AttemptRecord], parent: int, line: set[int]) -> Sequence[AttemptRecord]:
    """Choose the attempts that are told of: those on the parent first, none that made an agent of the line."""
    telling = [
        attempt
        for attempt in attempts
        if attempt.state is not AttemptState.OPEN
        and attempt.failure not in _NOT_ITS_FAULT
        and attempt.child not in line
    ]
    on_parent = [attempt for attempt in telling if attempt.parent == parent][-MAX_ON_PARENT:]
    on_ancestors = [attempt for attempt in telling if attempt.parent != parent][-MAX_ON_ANCESTORS:]
    return sorted([*on_parent, *on_ancestors], key=lambda attempt: attempt.attempt_id)
