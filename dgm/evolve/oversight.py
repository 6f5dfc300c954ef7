"""Who may not be a parent, and why: what persons and the engine said of agents, and what that means for their clades.

A flag or a veto counts for its agent and all descendants, those that are still to come too. An approval vouches for the
source of its agent, with all it inherited: flags on it and above it, up to then, no longer hold for it and for what
descends from it. A veto is lifted by an approval of the same agent only. What is said later counts; what was said
earlier, and why, stays in the log. Everything here follows from the log's marks, so a resume finds the same.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

import numpy as np

from dgm.evolve.growable import Growable
from dgm.evolve.population import NO_PARENT, Population
from dgm.evolve.wires import Wires
from dgm.values import Mark, MarkKind

MOST_TOLD = 5
"""Agents that are named where many are barred."""

Mode = Literal["none", "flagged", "approve"]


class Bar(StrEnum):
    """Why oversight does not let an agent be a parent. Where several hold, the first of them."""

    VETOED = "vetoed"
    FLAGGED = "flagged"
    UNTRIED = "its tripwire is still to come"
    WAITING = "waits for approval"


class Oversight:
    """What is said of the agents of a population; keeps `flagged` and `barred` of it right.

    Args:
        mode: `approve`: every child waits for a person; else only who is flagged does.
        wires: which children are still to be tried on a tripwire.
    """

    def __init__(self, population: Population, mode: Mode, wires: Wires) -> None:
        self.population = population
        self.mode = mode
        self.wires = wires
        self.newest = 0
        """Number of the newest mark that was taken."""
        self._marks: dict[int, Mark] = {}
        self._own: defaultdict[int, dict[MarkKind, int]] = defaultdict(dict)
        self._flag, self._veto = Growable(np.int64), Growable(np.int64)

    def grow(self) -> None:
        """Take in the agents that were added to the population."""
        for agent in range(len(self._flag.view), len(self.population)):
            self._flag.append()
            self._veto.append()
            if self.population.parent[agent] != NO_PARENT:
                self.wires.expect(agent)
            self._judge(agent)

    def take(self, marks: Iterable[Mark]) -> None:
        """Take in what was said, oldest first."""
        for mark in marks:
            self.newest = mark.event_id
            self._marks[mark.event_id] = mark
            self._own[mark.agent][mark.kind] = mark.event_id
            if mark.agent < len(self._flag.view):
                for agent in self.clade(mark.agent):
                    self._judge(agent)

    def measured(self, agent: int) -> None:
        """Let a child that has finished its first stage wait for its tripwire."""
        if self.population.measured[agent] and self.wires.make_due(agent):
            self._judge(agent)

    def wanted(self, agent: int) -> bool:
        """Tell whether an agent that is to be a parent must be tried on a tripwire first; then it is due."""
        if not self.wires.make_due(agent):
            return False
        self._judge(agent)
        return True

    def tried(self, agent: int, *, given_up: bool = False) -> None:
        """Note that a child's tripwire has ended."""
        self.wires.ended(agent, given_up=given_up)
        self._judge(agent)

    def next_to_try(self) -> int | None:
        """Return a child whose tripwire is due, the oldest first; one under suspicion is left until it is approved."""
        return next((agent for agent in self.wires.due if not self.population.flagged[agent]), None)

    def bar(self, agent: int) -> Bar | None:
        """Return why an agent may not be a parent; None: it may."""
        if self._veto.view[agent]:
            return Bar.VETOED
        if self._flag.view[agent]:
            return Bar.FLAGGED
        approved = MarkKind.APPROVAL in self._own.get(agent, {})
        if self.wires.bars(agent) and not approved:
            return Bar.UNTRIED
        is_child = self.population.parent[agent] != NO_PARENT
        return Bar.WAITING if self.mode == "approve" and is_child and not approved else None

    def cause(self, agent: int) -> Mark | None:
        """Return the veto or the flag that bars it: of itself, or of an ancestor."""
        return self._marks.get(int(self._veto.view[agent] or self._flag.view[agent]))

    @property
    def for_a_person(self) -> list[int]:
        """Agents that wait until a person approves or vetoes them; of a clade that is flagged, the one that was."""
        if self.mode == "none":
            return []
        flag, parent = self._flag.view, self.population.parent
        inherited = np.where(parent == NO_PARENT, 0, flag[parent]) == flag
        asking = (flag != 0) & ~inherited & (self._veto.view == 0)
        if self.mode == "approve":
            waiting = self.population.barred & ~self.population.flagged & (self.population.ended > 0)
            waiting[list(self.wires.barred)] = False
            asking |= waiting
        stuck = {agent for agent in self.wires.stuck if self.bar(agent) is Bar.UNTRIED}
        return sorted({*np.flatnonzero(asking).tolist(), *stuck})

    def clade(self, first: int) -> list[int]:
        """Return an agent and its descendants, in order of their numbers, which are greater than their parents'."""
        inside = np.zeros(len(self.population), np.bool_)
        inside[first] = True
        for agent in range(first + 1, len(inside)):
            parent = self.population.parent[agent]
            inside[agent] = parent != NO_PARENT and inside[parent]
        found: list[int] = np.flatnonzero(inside).tolist()
        return found

    def words(self, agents: Iterable[int]) -> str:
        """Return in words why agents are barred: the first of them, and how many more."""
        told = [f"a{agent}: {self.bar(agent)}" for agent in agents]
        more = f", and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
        return ", ".join(told[:MOST_TOLD]) + more

    @property
    def barred_words(self) -> str:
        """Return a remark on the agents that are barred; empty where none is."""
        barred = np.flatnonzero(self.population.barred).tolist()
        return f"; barred: {self.words(barred)}. `dgm approve` lets an agent be a parent" if barred else ""

    def _judge(self, agent: int) -> None:
        own = self._own.get(agent, {})
        flag, veto, approved = (own.get(kind, 0) for kind in (MarkKind.FLAG, MarkKind.VETO, MarkKind.APPROVAL))
        parent = int(self.population.parent[agent])
        above = (0, 0) if parent == NO_PARENT else (int(self._flag.view[parent]), int(self._veto.view[parent]))
        held = max(flag, above[0])
        self._flag.view[agent] = held if held > approved else 0
        self._veto.view[agent] = veto if veto > approved else above[1]
        bar = self.bar(agent)
        suspect = bar in (Bar.VETOED, Bar.FLAGGED)
        self.population.set_oversight(agent, flagged=suspect, barred=bar is not None)
