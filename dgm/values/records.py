"""What the archive gives back: frozen copies of its rows, never live ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from dgm.values.spending import Lease, Spent
from dgm.values.tasks import TRIPWIRE, Grader, Manifest, Verdict
from dgm.values.work import Failure, Focus


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """One agent. `number` 7 is shown as `a7`."""

    number: int
    commit: str
    digest: str
    parent: int | None
    attempt: int | None
    manifest: Manifest
    proposal: str
    created_at: datetime
    eligible: bool
    """Whether retention lets it be a parent, with its reason."""
    retention: str
    figures: Mapping[str, float] = field(default_factory=dict)
    """Behind the reason, by name; none before it was judged."""

    @property
    def label(self) -> str:
        """The name a person sees."""
        return f"a{self.number}"


@dataclass(frozen=True, slots=True)
class SourceSketch:
    """What is kept of an agent's source to tell how new other sources are: see `dgm.evolve.sketches`.

    Args:
        sketch: 16-bit numbers, the low byte first.
        shingles: how many the whole source has.
        changed: how many the files have in which it differs from its parent.
    """

    sketch: bytes
    shingles: int
    changed: int


class AttemptState(StrEnum):
    """Where an attempt stands."""

    OPEN = "open"
    CHILD = "child"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One try to make a child.

    Args:
        editor: the agent whose code edited the parent's source; None: the parent itself.
    """

    attempt_id: int
    parent: int
    focus: Focus
    state: AttemptState
    child: int | None
    failure: Failure | None
    detail: str
    proposal: str
    spent: Spent
    opened_at: datetime
    closed_at: datetime | None
    artifacts: Mapping[str, str] = field(default_factory=dict)
    """Name to SHA-256."""
    editor: int | None = None


class TrialState(StrEnum):
    """Where a trial stands. UNSCORED: the infrastructure failed or its worker was lost; it may be opened again."""

    OPEN = "open"
    SCORED = "scored"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One agent on one task, once: (agent, task_id, repeat) is unique.

    `spent` sums every lease that it had, the lost ones too.
    """

    trial_id: int
    agent: int
    task_id: str
    repeat: int
    state: TrialState
    verdict: Verdict | None
    spent: Spent
    agent_digest: str
    suite_digest: str
    engine: str
    image: str
    solve_ended: str
    infrastructure: str | None
    opened_at: datetime
    closed_at: datetime | None
    artifacts: Mapping[str, str] = field(default_factory=dict)
    """Name to SHA-256."""
    grader: Grader | None = None
    """How the answer was judged; None until the trial has ended."""

    @property
    def on_tripwire(self) -> bool:
        """Whether its task is a tripwire: it counts in no score."""
        return self.task_id.startswith(TRIPWIRE)


class TrialResult(NamedTuple):
    """What a search counts of a trial. `resolved` is None unless it is scored."""

    agent: int
    task_id: str
    repeat: int
    state: TrialState
    resolved: bool | None

    @property
    def on_tripwire(self) -> bool:
        """Whether its task is a tripwire: it counts in no score."""
        return self.task_id.startswith(TRIPWIRE)


@dataclass(frozen=True, slots=True)
class OpenLease:
    """A lease whose work has not been settled: after a crash it is charged whole. Of a screening, it has no owner.

    Args:
        opened_at: aware UTC time; None where it is not known.
    """

    lease_id: int
    lease: Lease
    attempt_id: int | None
    trial_id: int | None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a strategy chose, with what it knew: enough to draw it again.

    Args:
        action: `expand` or `evaluate`; `tripwire`: the loop's own, which no strategy made.
        probabilities: agent number to the probability it had; empty for a forced choice.
        generator: state of the random generator before the draw, as JSON.
        editor: of `expand`, the agent whose code edits `agent`'s source; None: its own.
    """

    strategy: str
    action: str
    agent: int
    tasks: tuple[str, ...]
    probabilities: Mapping[int, float]
    generator: str
    reason: str = ""
    editor: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the run's log: for people, and for what must not be forgotten.

    Args:
        event_id: 1, 2, ... without a gap.
        request: id of the request that it answers; None: nobody asked.
        sha256: over the one of the entry before and this entry's content.
    """

    event_id: int
    at: datetime
    kind: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)
    request: str | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run has used and done so far; open leases are not in it."""

    spent: Spent
    attempts: int
    trials: int
    agents: int
    hours: float
    """Wall hours in which a driver had the run open."""
    on_attempts: Spent = field(default_factory=Spent)
    """The part of `spent` that attempts used."""
