"""What a strategy knows of the archive: counts by agent and by task, in arrays that each outcome updates.

Own counts and clade sums are separate arrays. An outcome costs O(depth of its agent). Work under way is counted. The
archive stays the truth: `dgm.evolve.rebuilding` makes a population from it.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dgm.evolve.growable import Growable
from dgm.evolve.staging import Staging

NO_PARENT = -1


class Cell(IntEnum):
    """Where one task of one agent stands. GIVEN_UP: the infrastructure failed too often; it counts as unresolved."""

    NEW = 0
    AGAIN = 1
    PENDING = 2
    UNRESOLVED = 3
    RESOLVED = 4
    GIVEN_UP = 5


class Population:
    """The agents, by number, as arrays of shape (agents,); `cells` has shape (agents, tasks).

    Args:
        tasks: ids in suite order.
        staging: which prefixes of them an agent has to earn.
    """

    def __init__(self, tasks: Sequence[str], staging: Staging) -> None:
        self.tasks = tuple(tasks)
        self.staging = staging
        self.index = {task: i for i, task in enumerate(self.tasks)}
        self._cells = Growable(np.uint8, len(self.tasks))
        self._parent = Growable(np.int64)
        self._eligible, self._flagged, self._barred = (Growable(np.bool_) for _ in range(3))
        self._assigned, self._resolved, self._ended = (Growable(np.int64) for _ in range(3))
        self._pending, self._first_left = Growable(np.int64), Growable(np.int64)
        self._children, self._expanding = Growable(np.int64), Growable(np.int64)
        self._clade_resolved, self._clade_ended = Growable(np.int64), Growable(np.int64)

    # What is known.

    def __len__(self) -> int:
        return len(self._parent.view)

    @property
    def cells(self) -> NDArray[np.uint8]:
        """`Cell` of each agent and task."""
        return self._cells.view

    @property
    def parent(self) -> NDArray[np.int64]:
        """Number of the parent; `NO_PARENT` for a founder."""
        return self._parent.view

    @property
    def eligible(self) -> NDArray[np.bool_]:
        """Whether retention lets it be a parent."""
        return self._eligible.view

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Whether it is under suspicion or vetoed: never the best, and barred."""
        return self._flagged.view

    @property
    def barred(self) -> NDArray[np.bool_]:
        """Whether oversight keeps it from being a parent, whatever retention says, even where nobody is eligible."""
        return self._barred.view

    @property
    def assigned(self) -> NDArray[np.int64]:
        """Tasks it is to be measured on: the size of the largest stage it has earned."""
        return self._assigned.view

    @property
    def resolved(self) -> NDArray[np.int64]:
        """Own tasks that are resolved."""
        return self._resolved.view

    @property
    def ended(self) -> NDArray[np.int64]:
        """Own tasks that are resolved, unresolved or given up."""
        return self._ended.view

    @property
    def pending(self) -> NDArray[np.int64]:
        """Own trials under way."""
        return self._pending.view

    @property
    def waiting(self) -> NDArray[np.int64]:
        """Assigned tasks that are neither ended nor under way."""
        return self.assigned - self.ended - self.pending

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Whether every task of the first stage has ended."""
        done: NDArray[np.bool_] = self._first_left.view == 0
        return done

    @property
    def children(self) -> NDArray[np.int64]:
        """Functioning children."""
        return self._children.view

    @property
    def expanding(self) -> NDArray[np.int64]:
        """Attempts under way."""
        return self._expanding.view

    @property
    def clade_resolved(self) -> NDArray[np.int64]:
        """Resolved tasks of the agent and all its descendants."""
        return self._clade_resolved.view

    @property
    def clade_ended(self) -> NDArray[np.int64]:
        """Ended tasks of the agent and all its descendants."""
        return self._clade_ended.view

    @property
    def score(self) -> NDArray[np.float64]:
        """Resolved tasks by tasks assigned: those that are missing, late or given up count as unresolved."""
        return self.resolved / self.assigned

    def waiting_tasks(self, agent: int, most: int) -> tuple[str, ...]:
        """Return the ids of its first waiting tasks: those never tried in suite order, then those to be tried again."""
        row = self.cells[agent, : self.assigned[agent]]
        order = np.concatenate([np.flatnonzero(row == Cell.NEW), np.flatnonzero(row == Cell.AGAIN)])
        return tuple(self.tasks[i] for i in order[:most])

    # What happens.

    def add(self, parent: int | None, *, eligible: bool = True) -> int:
        """Add an agent and return its number. A founder has every stage, a child the first."""
        number = len(self)
        self._cells.append(Cell.NEW)
        self._parent.append(NO_PARENT if parent is None else parent)
        self._eligible.append(eligible)
        self._flagged.append(False)
        self._barred.append(False)
        self._assigned.append(self.staging.last if parent is None else self.staging.first)
        self._first_left.append(self.staging.first)
        counts = (self._resolved, self._ended, self._pending, self._children, self._expanding)
        for column in (*counts, self._clade_resolved, self._clade_ended):
            column.append()
        if parent is not None:
            self.children[parent] += 1
        return number

    def set_eligible(self, agent: int, eligible: bool) -> None:
        """Change whether it may be a parent."""
        self.eligible[agent] = eligible

    def set_oversight(self, agent: int, *, flagged: bool, barred: bool) -> None:
        """Change what oversight says of it; a flagged agent is barred. Its clade is not touched."""
        self.flagged[agent] = flagged
        self.barred[agent] = barred or flagged

    def open_attempt(self, parent: int) -> None:
        """Count an attempt that has been started."""
        self.expanding[parent] += 1

    def close_attempt(self, parent: int) -> None:
        """Count an attempt that has ended; a child is added by `add`."""
        self.expanding[parent] -= 1

    def open_trial(self, agent: int, task: str) -> None:
        """Count a trial that has been started. Raises ValueError for one that is under way or has ended."""
        i = self.index[task]
        if self.cells[agent, i] not in (Cell.NEW, Cell.AGAIN):
            raise ValueError(f"a{agent} on {task!r} is {Cell(self.cells[agent, i]).name}: it cannot be started")
        self.cells[agent, i] = Cell.PENDING
        self.pending[agent] += 1

    def reopen_trial(self, agent: int, task: str) -> None:
        """Put a trial back that ended without a score, to be tried again."""
        self._leave_pending(agent, task, Cell.AGAIN)

    def close_trial(self, agent: int, task: str, cell: Cell) -> None:
        """Count a trial's end: RESOLVED, UNRESOLVED or GIVEN_UP. Promotes the agent where it has earned it."""
        self._leave_pending(agent, task, cell)
        self.ended[agent] += 1
        self.resolved[agent] += cell is Cell.RESOLVED
        self._first_left.view[agent] -= self.index[task] < self.staging.first
        self._add_to_clade(agent, cell is Cell.RESOLVED)
        if cell is Cell.RESOLVED and self.assigned[agent] < self.staging.last:
            self.assigned[agent] = self.staging.earned(self.cells[agent] == Cell.RESOLVED)

    def _leave_pending(self, agent: int, task: str, cell: Cell) -> None:
        i = self.index[task]
        if self.cells[agent, i] != Cell.PENDING:
            raise ValueError(f"a{agent} on {task!r} is {Cell(self.cells[agent, i]).name}: it is not under way")
        self.cells[agent, i] = cell
        self.pending[agent] -= 1

    def _add_to_clade(self, agent: int, resolved: bool) -> None:
        parent, clade_resolved, clade_ended = self.parent, self.clade_resolved, self.clade_ended
        while agent != NO_PARENT:
            clade_ended[agent] += 1
            clade_resolved[agent] += resolved
            agent = int(parent[agent])
