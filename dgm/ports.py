"""What the engine needs of the world, as Protocols. Adapters and the tests' fakes pass the same contract tests."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from dgm.values import (
    AgentRecord,
    AttemptOutcome,
    AttemptRecord,
    Call,
    Completion,
    ConfirmationPlan,
    ConfirmationRecord,
    Decision,
    Event,
    Finished,
    Focus,
    GatewayReport,
    HoldoutKey,
    HoldoutTrial,
    Job,
    JobResult,
    Lease,
    Letter,
    Manifest,
    Mark,
    OpenLease,
    Outcome,
    SandboxLevel,
    SourceSketch,
    Spent,
    Totals,
    Tree,
    TrialOutcome,
    TrialRecord,
    TrialResult,
    Work,
)


class Clock(Protocol):
    """Time as an argument. Thread-safe."""

    def now(self) -> datetime:
        """Return the aware UTC time."""

    def monotonic(self) -> float:
        """Return seconds that never go back, for durations."""


class Sandbox(Protocol):
    """A function from files to files, in which untrusted code runs. Thread-safe: slots share one."""

    @property
    def level(self) -> SandboxLevel:
        """What it proved when it was opened."""

    def run(self, job: Job) -> JobResult:
        """Run one job in a fresh sandbox of which nothing survives.

        Whatever the command does is a result. Returns at most `job.limits.timeout_s` plus 15 seconds after the start.

        Raises:
            SandboxError: the sandbox's own failure, which the command cannot have caused.
            SandboxUnavailable: the engine does not answer, or its image is missing.
        """

    def close(self) -> None:
        """End what is left and free what was kept for later jobs. Safe to call twice."""


class Gateway(Protocol):
    """The only door from one sandbox to a model. Made for one job and dies with it. Thread-safe."""

    @property
    def socket(self) -> Path:
        """The Unix socket to mount into the sandbox."""

    def complete(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, purpose: str) -> Completion:
        """Ask the model from the host, on the same lease and into the same transcript.

        Raises:
            ModelError: as the endpoint failed; the transcript and the books have it too.
        """

    def report(self) -> GatewayReport:
        """Return what went through so far; after the context has ended, all of it."""


class Models(Protocol):
    """Opens gateways to an endpoint. Holds the key. Thread-safe."""

    def open(self, model: str, lease: Lease, *, purpose: str) -> AbstractContextManager[Gateway]:
        """Open a gateway that allows `model` only and spends at most `lease`.

        Args:
            purpose: `solve`, `improve`, `diagnose` or `screen`: stands with each call.
        """

    def check(self, model: str) -> None:
        """Ask the endpoint once whether it answers and has the model. Bounded: 30 seconds.

        Raises:
            ModelUnavailable: it cannot be reached, or hangs.
            ModelRefused: it refuses the key, or does not know the model.
        """

    def close(self) -> None:
        """Close connections, and end a local server that was started. Safe to call twice."""


class Handler(Protocol):
    """Does work on a worker with the adapters that it built there. Thread-safe: slots of a node share one."""

    def __call__(self, work: Work) -> Outcome:
        """Do one piece of work. Whatever an agent does is an outcome."""

    def close(self) -> None:
        """Free the adapters. Safe to call twice."""


class HandlerFactory(Protocol):
    """Builds a handler where the work runs. Pickled to get there: holds configuration, never a key."""

    def __call__(self) -> Handler:
        """Build the adapters of this machine. Raises DgmError when it lacks what they need."""


class Executor(Protocol):
    """Runs work in slots. Used by one thread."""

    @property
    def slots(self) -> int:
        """How many pieces of work run at once; may change while nodes come and go."""

    def submit(self, work: Work) -> None:
        """Start work, or queue it when every slot is busy."""

    def wait(self, timeout_s: float) -> tuple[Finished, ...]:
        """Return what has finished, at least one unless the time ends first or nothing runs."""

    def close(self) -> None:
        """Stop all work and free the workers. Safe to call twice."""


class Inbox(Protocol):
    """Where persons' requests to a run arrive. Used by one thread."""

    def look(self) -> tuple[Letter, ...]:
        """Return what lies in it, oldest first: never more than a few dozen at once."""

    def discard(self, letter: Letter) -> None:
        """Remove a letter that was handled."""

    def wait(self, timeout_s: float) -> None:
        """Return when something may have arrived, at the latest after this time."""


class Archive(Protocol):
    """A run's memory: agents in git, measurements in SQLite, artifacts by SHA-256.

    One writer: the driver. Every method that writes is one durable transaction: when it returns, a power cut does not
    undo it. Raises ArchiveError, StorageFull.
    """

    def together(self) -> AbstractContextManager[None]:
        """Make one durable transaction of all that is written inside: kept when it ends, or none of it after a raise.

        What writes to git has steps of its own and raises ArchiveError inside: `add_founder`, `close_attempt`.
        """

    # -- what is written ------------------------------------------------------------------------------------------

    def add_founder(self, tree: Tree, manifest: Manifest) -> AgentRecord:
        """Plant an agent without a parent."""

    def open_attempt(self, parent: int, focus: Focus, lease: Lease, decision: Decision) -> int:
        """Record an attempt, its lease and the decision, before it is submitted. Returns its id."""

    def close_attempt(self, outcome: AttemptOutcome, *, eligible: bool = True, retention: str = "") -> AttemptRecord:
        """Record what an attempt gave and settle its lease; a child becomes the next agent.

        Closing an attempt that is closed already changes nothing and returns its record.
        """

    def open_trials(self, agent: int, tasks: Sequence[tuple[str, int, Lease]], decision: Decision) -> tuple[int, ...]:
        """Record trials as (task id, repeat, lease) and the decision, before they are submitted. Returns their ids.

        An UNSCORED trial is opened again, in its row and with a new lease. Raises ArchiveError for one that is open
        or scored.
        """

    def close_trial(self, outcome: TrialOutcome, *, retries: int = 0, flag: str = "") -> None:
        """Record what a trial gave and settle its lease. Closing a closed one changes nothing.

        Args:
            flag: why its agent is flagged, in the same transaction; empty: it is not.
        """

    def settle_lost(self, lease: OpenLease, reason: str, *, starts: int = 1) -> None:
        """Charge an open lease whole for each start: its attempt failed as LOST, its trial becomes UNSCORED.

        Args:
            starts: how often its work was started, or may have been.
        """

    def open_screening(self, founder: str, lease: Lease) -> int:
        """Record the lease of a founder's screening, before it is submitted. Returns the lease's id."""

    def add_calls(self, calls: Sequence[Call], spent: Spent, *, note: str, lease: int | None = None) -> None:
        """Record spending that belongs to no attempt or trial.

        Args:
            lease: the open lease of a screening, which this settles.
        """

    def set_retention(
        self, agent: int, *, eligible: bool, reason: str, figures: Mapping[str, float] | None = None
    ) -> None:
        """Change whether an agent may be a parent, with the figures behind the reason."""

    def add_source(self, agent: int, source: SourceSketch) -> None:
        """Keep the sketch of an agent's source, once."""

    def add_event(
        self, kind: str, text: str, data: Mapping[str, object] | None = None, *, request: str | None = None
    ) -> Event:
        """Append to the run's log, in which each entry is chained to the one before. Returns the entry.

        Args:
            request: id of the request that it answers; where one does already, nothing changes and it is returned.
        """

    def add_hours(self, hours: float) -> None:
        """Add wall time in which a driver worked on the run."""

    # -- what is read ---------------------------------------------------------------------------------------------

    def agent(self, number: int) -> AgentRecord:
        """Return one agent. Raises AgentNotFound."""

    def agents(self) -> tuple[AgentRecord, ...]:
        """Return all agents in order of their numbers."""

    def lineage(self, number: int) -> tuple[AgentRecord, ...]:
        """Return the agent's ancestors and itself, founder first."""

    def children(self, number: int) -> tuple[AgentRecord, ...]:
        """Return its children in order."""

    def tree(self, number: int) -> Tree:
        """Return an agent's source."""

    def sources(self) -> Mapping[int, SourceSketch]:
        """Return the sketches of sources that are kept, by agent."""

    def tree_tar(self, number: int) -> bytes:
        """Return an agent's source as an uncompressed tar of regular files."""

    def diff(self, number: int) -> str:
        """Return the unified diff from its parent, or of everything for a founder; undecodable bytes replaced."""

    def attempts(self, parents: Collection[int] | None = None) -> tuple[AttemptRecord, ...]:
        """Return all attempts, or those on some agents, in order."""

    def trials(self, agent: int | None = None) -> tuple[TrialRecord, ...]:
        """Return all trials, or one agent's, in order."""

    def trial_results(self) -> tuple[TrialResult, ...]:
        """Return what a search counts of all trials, in order: far less to read than the trials."""

    def open_leases(self) -> tuple[OpenLease, ...]:
        """Return the leases that are not settled."""

    def last_decision(self) -> Decision | None:
        """Return the newest decision of a strategy."""

    def events(self, last: int | None = None) -> tuple[Event, ...]:
        """Return the log, or its last entries, oldest first."""

    def answer(self, request_id: str) -> Event | None:
        """Return the entry of the log that answers a request."""

    def marks(self, after: int = 0) -> tuple[Mark, ...]:
        """Return what was said of agents after an entry of the log, oldest first."""

    def artifact(self, sha256: str, *, of: AttemptRecord | TrialRecord | None = None) -> bytes:
        """Return an artifact. Raises ArchiveError when it is missing or its bytes do not match.

        Args:
            of: what left it, where that is known: else every artifact of the run is looked through.
        """

    def totals(self) -> Totals:
        """Return what was used and done so far."""


class Confirmations(Protocol):
    """The books of confirmations, beside a run's `Archive` and apart from it: nothing here changes what that returns.

    As there, every method that writes is one durable transaction. Raises ArchiveError, StorageFull.
    """

    def confirmations(self) -> tuple[ConfirmationRecord, ...]:
        """Return all confirmations, oldest first."""

    def open_confirmation(self, plan: ConfirmationPlan, text: str) -> ConfirmationRecord:
        """Record what a confirmation will do, and log it, before its first trial."""

    def close_confirmation(
        self, confirmation_id: int, *, p: float, word: str, text: str, result: Mapping[str, object]
    ) -> ConfirmationRecord:
        """Record what a confirmation found, and log it. Closing a closed one changes nothing."""

    def add_confirmation_hours(self, confirmation_id: int, hours: float) -> None:
        """Add wall time in which a driver worked on a confirmation."""

    def holdout_trials(self, setting: str) -> tuple[HoldoutTrial, ...]:
        """Return the trials of all confirmations in a setting, in order."""

    def open_holdout_trials(
        self, confirmation_id: int, trials: Sequence[tuple[HoldoutKey, Lease]]
    ) -> tuple[HoldoutTrial, ...]:
        """Record trials and their leases before they are submitted.

        An UNSCORED trial is opened again, in its row and with a new lease. Raises ArchiveError for one that is open
        or scored.
        """

    def close_holdout_trial(self, outcome: TrialOutcome, *, retries: int = 0) -> HoldoutTrial:
        """Record what a trial gave and settle its lease. Closing a closed one changes nothing."""

    def open_holdout_leases(self, confirmation_id: int) -> tuple[OpenLease, ...]:
        """Return a confirmation's leases that are not settled; `trial_id` is that of the trial on the holdout."""

    def settle_holdout_lost(self, lease: OpenLease, reason: str, *, starts: int = 1) -> None:
        """Charge an open lease whole for each start to its confirmation; its trial becomes UNSCORED."""
