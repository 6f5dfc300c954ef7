"""What is handed to a worker and what it hands back: trials, attempts, screenings.

Orders and outcomes travel between the driver and its own workers only, pickled where these are other processes; what
an agent made is bytes and text inside them. No key, host name or path of the run's folder stands in an order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dgm.values.jobs import SandboxLevel
from dgm.values.spending import Call, Lease, Spent
from dgm.values.tasks import Grader, Manifest, Task, Verdict
from dgm.values.tree import Tree

STARTS = 2
"""How often an executor may start one piece of work: once more when its worker died or failed."""


class WorkKind(StrEnum):
    """What a worker is asked to do."""

    TRIAL = "trial"
    ATTEMPT = "attempt"
    SCREENING = "screening"


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """One agent on one task, once."""

    trial_id: int
    agent_id: int
    repeat: int
    agent: Tree
    solve: tuple[str, ...]
    task: Task
    suite_digest: str
    model: str
    lease: Lease
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """What a trial gave.

    Args:
        verdict: None when it could not be scored: see `infrastructure`.
        agent_digest: of the tree that ran, made inside the sandbox from what was mounted; empty: nothing ran.
        artifacts: name to bytes: `transcript.jsonl`, `answer.diff`, `out.tar`, `solve.log`, `grading.log`.
        public_artifacts: the names among them that may reach an agent (never `grading.log`).
        infrastructure: why the sandbox or the endpoint failed, after retries; None when it is scored.
        must_stop: the endpoint refused the key or the model: nothing will work until a person acts.
        grader: how the answer was judged, or would have been; PYTEST is the weaker level.
    """

    trial_id: int
    verdict: Verdict | None
    agent_digest: str
    suite_digest: str
    level: SandboxLevel | None
    spent: Spent
    calls: tuple[Call, ...] = ()
    solve_ended: str = ""
    solve_exit_code: int | None = None
    dropped: tuple[str, ...] = ()
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    infrastructure: str | None = None
    must_stop: str | None = None
    public_artifacts: tuple[str, ...] = ()
    grader: Grader | None = None


class FocusKind(StrEnum):
    """What an attempt is to improve."""

    TASK = "task"
    CLUSTER = "cluster"
    EMPTY_ANSWERS = "empty answers"
    INSTABILITY = "instability"
    CONTEXT_OVERFLOW = "context overflow"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Focus:
    """The weakness an attempt is to repair.

    Args:
        task_id: the task that it is about; of a cluster, the one that shows it; None: it is about no task.
        tasks: of a cluster, all of them.
    """

    kind: FocusKind
    task_id: str | None = None
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialDigest:
    """A trial as the improving side may see it: public parts only."""

    task_id: str
    instruction: str
    resolved: bool
    finish: str
    feedback: str
    answer_diff: str
    transcript: bytes


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did: resolved by the parent and by the child, of the `n` tasks that they have in common."""

    before: int
    after: int
    n: int


@dataclass(frozen=True, slots=True)
class Ancestor:
    """One agent of a lineage as the improving side may see it, founder first. `effect` is against its parent."""

    agent_id: int
    proposal: str
    diff: str
    resolved: int
    n: int
    effect: Effect | None = None


class Failure(StrEnum):
    """Why an attempt made no child. A closed set; details stand beside it."""

    DIAGNOSIS = "the diagnosis gave no usable proposal"
    REPEATED = "the proposal repeats one that failed"
    NO_CHANGE = "the agent changed nothing"
    REFUSED_CHANGE = "the change broke the path policy"
    BAD_MANIFEST = "agent.toml is not valid"
    OWN_TESTS = "its own tests fail"
    NO_START = "it does not start and reach the model"
    TRIVIAL_TASK = "it cannot do a trivial task"
    SELF_EDIT = "it cannot edit its own source"
    LEASE = "the lease was used up"
    INFRASTRUCTURE = "the sandbox or the endpoint failed"
    LOST = "the worker was lost"


@dataclass(frozen=True, slots=True)
class Tried:
    """An earlier attempt on a lineage as the improving side may see it.

    Args:
        child_id: the agent that it made; None: it failed.
        detail: of its failure; nothing that a grading printed.
        retained: whether the child may be a parent; None: nobody has judged it, or there is no child.
    """

    attempt_id: int
    parent_id: int
    focus: Focus
    proposal: str
    diff: str
    child_id: int | None = None
    effect: Effect | None = None
    failure: Failure | None = None
    detail: str = ""
    retained: bool | None = None


@dataclass(frozen=True, slots=True)
class Editor:
    """The agent whose code edits a parent's source."""

    agent_id: int
    agent: Tree
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class AttemptOrder:
    """One try to make a child.

    Args:
        manifest: the parent's.
        editor: another agent that edits the parent; None: the parent edits itself.
        repairs: how often a child that is refused may be worked on once more.
        tried: attempts on the parent and its ancestors, besides those that made the lineage; oldest first.
        budget: what is left of the run's limits, by their names in `run.toml`.
    """

    attempt_id: int
    parent_id: int
    parent: Tree
    manifest: Manifest
    focus: Focus
    evidence: tuple[TrialDigest, ...]
    lineage: tuple[Ancestor, ...]
    models: Mapping[str, str]
    """`solve`, `improve`, `diagnose`: the model's name for each."""
    lease: Lease
    timeout_s: float
    """For the self-modification, in seconds."""
    seed: int = 0
    editor: Editor | None = None
    repairs: int = 0
    tried: tuple[Tried, ...] = ()
    budget: Mapping[str, float] = field(default_factory=dict)

    @property
    def acting(self) -> Editor:
        """The agent that does the editing."""
        return self.editor or Editor(self.parent_id, self.parent, self.manifest)


@dataclass(frozen=True, slots=True)
class ScreeningStep:
    """One check of a screening."""

    name: str
    passed: bool
    tries: int
    seconds: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What an attempt gave: a child, or a failure with its detail.

    Args:
        artifacts: name to bytes: `proposal.md`, `child.diff`, `out.tar`, transcripts and logs of its jobs.
    """

    attempt_id: int
    child: Tree | None
    manifest: Manifest | None
    failure: Failure | None
    detail: str
    proposal: str
    spent: Spent
    level: SandboxLevel | None = None
    calls: tuple[Call, ...] = ()
    steps: tuple[ScreeningStep, ...] = ()
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    must_stop: str | None = None


@dataclass(frozen=True, slots=True)
class ScreeningOrder:
    """Screen a founder before a run starts."""

    name: str
    agent: Tree
    model: str
    lease: Lease


@dataclass(frozen=True, slots=True)
class ScreeningOutcome:
    """What the screening of a founder gave. `failure` None: it passed."""

    manifest: Manifest | None
    failure: Failure | None
    detail: str
    spent: Spent
    level: SandboxLevel | None = None
    calls: tuple[Call, ...] = ()
    steps: tuple[ScreeningStep, ...] = ()
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    must_stop: str | None = None


Order = TrialOrder | AttemptOrder | ScreeningOrder
Outcome = TrialOutcome | AttemptOutcome | ScreeningOutcome


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work for an executor."""

    work_id: str
    kind: WorkKind
    order: Order
    deadline_s: float
    """Seconds after which a worker that has not answered is taken as lost."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a piece of work.

    Args:
        outcome: None when the worker died or failed, after one retry.
        error: why there is no outcome: what the worker raised or its death, without a path of the host.
        retries: how often an executor had to start it again.
    """

    work_id: str
    outcome: Outcome | None
    error: str = ""
    retries: int = 0
