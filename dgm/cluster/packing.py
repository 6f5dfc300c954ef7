"""Work as bytes for another process. What stays the same from one piece of work to the next is pickled once."""

import io
import pickle
from typing import Any

from dgm.values import Task, Tree, Work

MOST = 256
"""Trees and tasks that are kept pickled: those of agents that are measured now, and of a suite's tasks."""


class Packer:
    """Pickles work whose agents and tasks are the same objects again and again. Used by one thread."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[object, bytes]] = {}

    def pack(self, work: Work) -> bytes:
        """Return what `pickle.loads` makes the work of."""
        raw = io.BytesIO()
        pickler = pickle.Pickler(raw, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = {Tree: self._reduced, Task: self._reduced}
        pickler.dump(work)
        return raw.getvalue()

    def _reduced(self, value: object) -> tuple[Any, ...]:
        return pickle.loads, (self._pickled(value),)

    def _pickled(self, value: object) -> bytes:
        """The value is held, so that its identity is no other's."""
        if (known := self._kept.get(id(value))) is not None:
            return known[1]
        if len(self._kept) >= MOST:
            self._kept.pop(next(iter(self._kept)))
        pickled = pickle.dumps(value)
        self._kept[id(value)] = (value, pickled)
        return pickled
