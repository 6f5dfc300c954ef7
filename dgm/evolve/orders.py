"""Builds what is handed to a worker: orders for trials, attempts and screenings, and the work that carries them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dgm.config import RunConfig
from dgm.evolve.actions import Expand
from dgm.evolve.books import Books
from dgm.evolve.evidence import Evidence
from dgm.evolve.past import Past, PastReader
from dgm.evolve.randomness import seed_of
from dgm.ports import Archive
from dgm.values import (
    TRIPWIRE,
    AgentRecord,
    AttemptOrder,
    Editor,
    Focus,
    Lease,
    ScreeningOrder,
    Split,
    Suite,
    Task,
    Tree,
    TrialDigest,
    TrialOrder,
    Work,
    WorkKind,
)

MARGIN_S = 60.0
"""Besides what is known: starting sandboxes, closing them, sending bytes."""

TRIES = 3
"""How often a worker may do a piece of work, and the loop start a trial, that the infrastructure fails."""

SCREENING_S = 1200.0
"""Seconds for a screening: its steps, two tries each, with a slow model."""

DIAGNOSIS_S = 300.0
"""Seconds for a diagnosis."""


@dataclass(frozen=True, slots=True)
class ModelNames:
    """Which model does what."""

    solve: str
    improve: str
    diagnose: str

    @property
    def by_purpose(self) -> Mapping[str, str]:
        """As an attempt's order holds them."""
        return {"solve": self.solve, "improve": self.improve, "diagnose": self.diagnose}


class Orders:
    """Builds work from the archive, the suite and the configuration.

    Args:
        split: the side of the suite whose tasks it may order, and no other.
        tells: whether an attempt is told what was tried before.
    """

    def __init__(
        self,
        config: RunConfig,
        suite: Suite,
        archive: Archive,
        models: ModelNames,
        *,
        split: Split = Split.SEARCH,
        tells: bool = True,
    ) -> None:
        self._config = config
        self._suite = suite
        self._archive = archive
        self._models = models
        self._agents: dict[int, AgentRecord] = {}
        tripwires = suite.tripwires if split is Split.SEARCH else ()
        self._tripwires = {f"{TRIPWIRE}{task.task_id}": _for_worker(task) for task in tripwires}
        self._tasks = {task.task_id: _for_worker(task) for task in suite.split(split)} | self._tripwires
        self.evidence = Evidence(archive, suite)
        self._past = PastReader(archive) if tells else None

    def trial_seconds(self, task_id: str) -> float:
        """Return the wall seconds that a trial may take before it is graded, so that solving has all of its own."""
        return self._tasks[task_id].timeout_s + MARGIN_S

    @property
    def tripwires_digest(self) -> str:
        """What stands with trials on tripwires."""
        return self._suite.tripwires_digest

    def tripwire_of(self, child: int) -> str:
        """Return the id under which the trial of a child on its tripwire is recorded; the seed alone decides which."""
        ids = tuple(self._tripwires)
        return ids[seed_of(self._config.seed, "tripwire", child) % len(ids)]

    @property
    def attempt_seconds(self) -> float:
        """Wall seconds that an attempt may take: diagnosis, self-modification and screening."""
        return DIAGNOSIS_S + self._config.leases.attempt_timeout_s + SCREENING_S

    def trial(
        self, trial_id: int, number: int, task_id: str, repeat: int, lease: Lease, *, draw: int | None = None
    ) -> Work:
        """Return the work of one trial of an agent, told by its number.

        Args:
            draw: of a confirmation's trial.
        """
        task, agent = self._tasks[task_id], self.agent(number)
        order = TrialOrder(
            trial_id=trial_id,
            agent_id=number,
            repeat=repeat,
            agent=self.evidence.tree(number),
            solve=agent.manifest.solve,
            task=task,
            suite_digest=self._suite.tripwires_digest if task_id in self._tripwires else self._suite.digest,
            model=self._models.solve,
            lease=lease,
            seed=seed_of(self._config.seed, number, task_id, repeat, *(() if draw is None else (draw,))),
        )
        deadline_s = TRIES * (lease.seconds + 3 * task.grading_timeout_s + MARGIN_S)
        return Work(f"trial {trial_id}", WorkKind.TRIAL, order, deadline_s)

    def attempt(
        self,
        attempt_id: int,
        books: Books,
        action: Expand,
        focus: Focus,
        evidence: Sequence[TrialDigest],
        lease: Lease,
    ) -> Work:
        """Return the work of one attempt."""
        parent = action.agent
        past = Past((), ()) if self._past is None else self._past.read(parent, books.population)
        order = AttemptOrder(
            attempt_id=attempt_id,
            parent_id=parent,
            parent=self.evidence.tree(parent),
            manifest=self.agent(parent).manifest,
            focus=focus,
            evidence=tuple(evidence),
            lineage=past.lineage,
            tried=past.tried,
            budget={name: limit - used for name, (used, limit) in books.budget.used.items()},
            models=self._models.by_purpose,
            lease=lease,
            timeout_s=min(self._config.leases.attempt_timeout_s, lease.seconds),
            seed=seed_of(self._config.seed, attempt_id),
            editor=None if action.editor is None else self._editor(action.editor),
            repairs=self._config.evolve.repairs,
        )
        deadline_s = TRIES * (lease.seconds + MARGIN_S)
        return Work(f"attempt {attempt_id}", WorkKind.ATTEMPT, order, deadline_s)

    def _editor(self, number: int) -> Editor:
        return Editor(number, self.evidence.tree(number), self.agent(number).manifest)

    def screening(self, name: str, founder: Tree, lease: Lease) -> Work:
        """Return the work of screening a founder."""
        order = ScreeningOrder(name, founder, self._models.solve, lease)
        return Work(f"founder {name}", WorkKind.SCREENING, order, TRIES * (lease.seconds + MARGIN_S))

    def agent(self, number: int) -> AgentRecord:
        """Return an agent's record; `eligible` in it may be outdated."""
        if number not in self._agents:
            self._agents[number] = self._archive.agent(number)
        return self._agents[number]


def _for_worker(task: Task) -> Task:
    """Return the task without what no worker needs: its reference solution stays on the driver."""
    return replace(task, reference=Tree(), tripwire=False)
