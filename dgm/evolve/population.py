"""What a strategy knows of the archive: counts by agent and by task, in arrays that each outcome updates.

Own counts and clade sums are separate arrays. An outcome costs O(depth of its agent). Work under way is counted. The
archive stays the truth: `dgm.evolve.rebuilding` makes a population from it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dgm.evolve.cell import Cell
from dgm.evolve.growable import Growable
from dgm.evolve.staging import Staging

__all__ = ["NO_PARENT", "Cell", "Population"]

NO_PARENT = -1

_NEW, _AGAIN, _PENDING, _RESOLVED, _GIVEN_UP = map(
    int, (Cell.NEW, Cell.AGAIN, Cell.PENDING, Cell.RESOLVED, Cell.GIVEN_UP)
)
"""Plain numbers: a member of an enum takes longer to look up than a trial to count."""


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
        self._assigned, self._waiting, self._stopped = Growable(np.int64), Growable(np.int64), Growable(np.bool_)
        self._resolved, self._ended, self._pending = (Growable(np.int64) for _ in range(3))
        self._first_left, self._children, self._expanding = (Growable(np.int64) for _ in range(3))
        self._clade_resolved, self._clade_ended = Growable(np.int64), Growable(np.int64)
        self._outcomes = Growable(np.int64, 3)

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
    def waiting(self) -> NDArray[np.int64]:
        """Tasks it is owed: assigned, and neither ended nor under way; none where its series was stopped."""
        return self._waiting.view

    @property
    def stopped(self) -> NDArray[np.bool_]:
        """Whether racing has stopped its series: it is too unlikely to earn the next stage."""
        return self._stopped.view

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
        """Resolved tasks of the agent and all its descendants, but for flagged ones: what they show is not believed."""
        return self._clade_resolved.view

    @property
    def clade_ended(self) -> NDArray[np.int64]:
        """Ended tasks of the agent and all its descendants, but for flagged ones."""
        return self._clade_ended.view

    @property
    def outcomes(self) -> NDArray[np.int64]:
        """Scored trials in the order of their ends: agent, index of the task, 1 if resolved; shape (trials, 3)."""
        return self._outcomes.view

    @property
    def score(self) -> NDArray[np.float64]:
        """What is compared: resolved tasks by those of the largest stage; not earned or not run counts as unresolved.

        So 3 of 10 are not taken as equal to 18 of 60, and no outcome that gets worse can raise a score.
        """
        return self.resolved / self.staging.last

    def waiting_tasks(self, agent: int, most: int) -> tuple[str, ...]:
        """Return the ids of its first waiting tasks: those never tried in suite order, then those to be tried again."""
        if not self._waiting.at[agent]:
            return ()
        return tuple(self.tasks[i] for i in self.undone(agent)[:most])

    def undone(self, agent: int) -> NDArray[np.int64]:
        """Return which assigned tasks are neither ended nor under way, those to be tried again last; shape (tasks,)."""
        row = self.cells[agent, : self._assigned.at[agent]]
        new, again = np.flatnonzero(row == _NEW), np.flatnonzero(row == _AGAIN)
        return np.concatenate([new, again]) if len(again) else new

    # What happens.

    def add(self, parent: int | None, *, eligible: bool = True) -> int:
        """Add an agent and return its number. A founder has every stage, a child the first."""
        number, staging = len(self), self.staging
        everything = parent is None or staging.is_free
        self._cells.append(_NEW)
        self._parent.append(NO_PARENT if parent is None else parent)
        self._eligible.append(eligible)
        self._assigned.append(staging.last if everything else staging.first)
        self._first_left.append(staging.first)
        counts = (self._resolved, self._ended, self._pending, self._children, self._expanding, self._waiting)
        marks = (self._flagged, self._barred, self._stopped)
        for column in (*counts, *marks, self._clade_resolved, self._clade_ended):
            column.append()
        self._judge_series(number)
        if parent is not None:
            self._children.at[parent] += 1
        return number

    def set_eligible(self, agent: int, eligible: bool) -> None:
        """Change whether it may be a parent."""
        self.eligible[agent] = eligible

    def set_oversight(self, agent: int, *, flagged: bool, barred: bool) -> None:
        """Change what oversight says of it. A flagged agent is barred, and its outcomes leave the clade sums.

        Its descendants are not touched.
        """
        if flagged != self._flagged.at[agent]:
            sign = -1 if flagged else 1
            self._add_to_clade(agent, sign * self._resolved.at[agent], sign * self._ended.at[agent])
        self._flagged.at[agent] = flagged
        self._barred.at[agent] = barred or flagged

    def open_attempt(self, parent: int) -> None:
        """Count an attempt that has been started."""
        self._expanding.at[parent] += 1

    def close_attempt(self, parent: int) -> None:
        """Count an attempt that has ended; a child is added by `add`."""
        self._expanding.at[parent] -= 1

    def open_trial(self, agent: int, task: str) -> None:
        """Count a trial that has been started. Raises ValueError for one that is under way or has ended."""
        i = self.index[task]
        if self._cells.at[agent, i] > _AGAIN:
            raise ValueError(f"a{agent} on {task!r} is {Cell(self._cells.at[agent, i]).name}: it cannot be started")
        self._cells.at[agent, i] = _PENDING
        self._pending.at[agent] += 1
        self._judge_series(agent)

    def reopen_trial(self, agent: int, task: str) -> None:
        """Put a trial back that ended without a score, to be tried again."""
        self._leave_pending(agent, task, _AGAIN)
        self._judge_series(agent)

    def close_trial(self, agent: int, task: str, cell: Cell) -> None:
        """Count a trial's end: RESOLVED, UNRESOLVED or GIVEN_UP. Promotes the agent where it has earned it."""
        i = self._leave_pending(agent, task, cell)
        resolved = int(cell == _RESOLVED)
        self._ended.at[agent] += 1
        self._resolved.at[agent] += resolved
        if i < self.staging.first:
            self._first_left.at[agent] -= 1
        if not self._flagged.at[agent]:
            self._add_to_clade(agent, resolved, 1)
        if cell != _GIVEN_UP:
            self._outcomes.append((agent, i, resolved))
        self._judge_series(agent)

    def _leave_pending(self, agent: int, task: str, cell: int) -> int:
        i = self.index[task]
        if self._cells.at[agent, i] != _PENDING:
            raise ValueError(f"a{agent} on {task!r} is {Cell(self._cells.at[agent, i]).name}: it is not under way")
        self._cells.at[agent, i] = cell
        self._pending.at[agent] -= 1
        return i

    def _judge_series(self, agent: int) -> None:
        """Bring up to date what an agent has earned and is owed: its cells alone tell it."""
        if self.staging.is_free:
            return
        cells = self.cells[agent].tobytes()
        assigned, stopped = self._assigned.at[agent], False
        if assigned < self.staging.last:
            assigned, stopped = self.staging.judge(cells)
            self._assigned.at[agent], self._stopped.at[agent] = assigned, stopped
        waiting = 0 if stopped else cells.count(_NEW, 0, assigned) + cells.count(_AGAIN, 0, assigned)
        self._waiting.at[agent] = waiting

    def _add_to_clade(self, agent: int, resolved: int, ended: int) -> None:
        parent, clade_resolved, clade_ended = self._parent.at, self._clade_resolved.at, self._clade_ended.at
        while agent != NO_PARENT:
            clade_ended[agent] += ended
            clade_resolved[agent] += resolved
            agent = parent[agent]
