"""How much of an agent's source is new, from sketches of a fixed size. Pure.

A sketch keeps the least shingle of each of `BINS` parts of the hash space (one permutation MinHash: Li, Owen and Zhang,
NIPS 2012). The share of parts in which two sketches agree estimates what share of all shingles both sources have; with
the two counts of shingles it tells how many of one the other lacks.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dgm.improve.shingles import Hashes, shingles, union
from dgm.values import FileEntry, SourceSketch, Tree, TreeChange

Sketch = NDArray[np.uint16]
"""Of shape (BINS,)."""

BINS = 1024
EMPTY = np.uint16(0xFFFF)
"""Stands where no shingle falls into the part."""

_STORED = "<u2"

SHINGLE = 5
"""Tokens."""

MAX_BYTES = 1 << 20
"""Of one source that are read, file by file in the order of their paths: a longer one takes the driver's time."""

LEAST_CHANGED = 100
"""Shingles, about fifteen lines: fewer count as a part of so many, so that a small file alone is nothing new."""


class Earlier(NamedTuple):
    """An agent's source against those that were there before it.

    Args:
        lacking: how much of the files that it changed each of them lacks; shape (agent,).
        is_copy: whether one of them is the same, byte for byte.
    """

    lacking: NDArray[np.float64]
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Sketches:
    """The sources of some agents as arrays.

    Args:
        parts: shape (agents, BINS).
        shingles: in the whole source; shape (agents,).
    """

    parts: NDArray[np.uint16]
    shingles: NDArray[np.int64]


def source_of(agent: Tree, parent: Tree | None) -> SourceSketch:
    """Return what is kept of a source; of a founder every file counts as changed."""
    changed = set(TreeChange.between(parent or Tree(), agent))
    files = {path: _shingles(agent[path], room) for path, room in _rooms(agent)}
    whole = union(files.values())
    touched = union(hashes for path, hashes in files.items() if path in changed)
    return SourceSketch(sketch(whole).astype(_STORED).tobytes(), len(whole), len(touched))


def parts_of(source: SourceSketch) -> Sketch:
    """Return a sketch as it was made."""
    return np.frombuffer(source.sketch, _STORED).astype(np.uint16)


def sketch(hashes: Hashes) -> Sketch:
    """Return the least shingle of each part of the hash space."""
    found = np.full(BINS, EMPTY, np.uint16)
    values = np.minimum((hashes >> np.uint64(32)) & np.uint64(0xFFFF), np.uint64(EMPTY - 1))
    np.minimum.at(found, (hashes >> np.uint64(54)).astype(np.int64), values.astype(np.uint16))
    return found


def lacking(source: SourceSketch, others: Sketches) -> NDArray[np.float64]:
    """Return what share of the files that an agent changed each other agent lacks; shape (agents,).

    What it estimates is the shingles of the whole source that the other has not, by those of the changed files: a file
    that was only moved, and a change that was taken back, are nothing new.
    """
    own = parts_of(source)
    neither = np.count_nonzero(others.parts[:, own == EMPTY] == EMPTY, axis=1)
    agree, either = np.count_nonzero(others.parts == own, axis=1) - neither, BINS - neither
    alike = agree / np.maximum(either, 1)
    shared = alike * (source.shingles + others.shingles) / (1 + alike)
    new = np.where(agree == either, 0.0, source.shingles - shared)
    share: NDArray[np.float64] = np.clip(new / max(source.changed, LEAST_CHANGED), 0.0, 1.0)
    return share


def _rooms(agent: Tree) -> list[tuple[str, int]]:
    """Return each path with the bytes of it that are read."""
    rooms, left = [], MAX_BYTES
    for path in agent:
        rooms.append((path, left))
        left -= min(left, len(agent[path].data))
    return rooms


def _shingles(entry: FileEntry, room: int) -> Hashes:
    return shingles(entry.data[:room].decode("utf-8", "replace"), SHINGLE)
