"""The sources of all agents as sketches in arrays, to tell how new one is; kept in the archive for a resume.

A sketch that the archive does not have, of a new agent or after a crash, is made from the agent's tree.
"""

from collections.abc import Callable

import numpy as np

from dgm.evolve.growable import Growable
from dgm.evolve.sketches import BINS, Earlier, Sketches, lacking, parts_of, source_of
from dgm.ports import Archive
from dgm.values import SourceSketch, Tree


class Sources:
    """Sketches by agent's number. Used by one thread.

    Args:
        tree: gives an agent's source.
    """

    def __init__(self, archive: Archive, tree: Callable[[int], Tree]) -> None:
        self._archive, self._tree = archive, tree
        self._kept: dict[int, SourceSketch] = {}
        self._parts, self._shingles = Growable(np.uint16, BINS), Growable(np.int64)
        self._first: dict[str, int] = {}

    def earlier(self, agent: int) -> Earlier:
        """Compare an agent with all before it."""
        self._catch_up(agent)
        before = Sketches(self._parts.view[:agent], self._shingles.view[:agent])
        is_copy = self._first[self._archive.agent(agent).digest] < agent
        return Earlier(lacking(self._kept[agent], before), is_copy)

    def _catch_up(self, agent: int) -> None:
        known = len(self._shingles.view)
        if not known:
            self._kept.update(self._archive.sources())
        for number in range(known, agent + 1):
            self._add(number)

    def _add(self, number: int) -> None:
        record = self._archive.agent(number)
        if number not in self._kept:
            parent = None if record.parent is None else self._tree(record.parent)
            self._kept[number] = source_of(self._tree(number), parent)
            self._archive.add_source(number, self._kept[number])
        self._parts.append(parts_of(self._kept[number]))
        self._shingles.append(self._kept[number].shingles)
        self._first.setdefault(record.digest, number)
