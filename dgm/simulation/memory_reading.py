"""The reading half of an archive in memory. Tables are dictionaries, so that a journal can take writes back."""

from collections.abc import Collection

from dgm.errors import AgentNotFound, ArchiveError
from dgm.values import (
    AgentRecord,
    AttemptRecord,
    Decision,
    Event,
    Mark,
    MarkKind,
    OpenLease,
    SourceSketch,
    Spent,
    Totals,
    Tree,
    TrialRecord,
    TrialResult,
    unified_diff,
)


class MemoryReader:
    """What the port Archive reads."""

    def __init__(self) -> None:
        self._agents: dict[int, AgentRecord] = {}
        self._trees: dict[int, Tree] = {}
        self._sources: dict[int, SourceSketch] = {}
        self._attempts: dict[int, AttemptRecord] = {}
        self._trials: dict[int, TrialRecord] = {}
        self._trials_of: dict[int, dict[tuple[str, int], int]] = {}
        self._leases: dict[int, OpenLease] = {}
        self._lease_of: dict[tuple[str, int], int] = {}
        self._events: dict[int, Event] = {}
        self._artifacts: dict[str, bytes] = {}
        self._decision: dict[None, Decision] = {}
        self._totals: dict[None, Totals] = {None: Totals(Spent(), 0, 0, 0, 0.0)}

    def agent(self, number: int) -> AgentRecord:
        """Return one agent. Raises AgentNotFound."""
        if number not in self._agents:
            raise AgentNotFound(f"there is no agent a{number} in this archive.")
        return self._agents[number]

    def agents(self) -> tuple[AgentRecord, ...]:
        """Return all agents in order of their numbers."""
        return tuple(self._agents.values())

    def lineage(self, number: int) -> tuple[AgentRecord, ...]:
        """Return the agent's ancestors and itself, founder first."""
        line = [self.agent(number)]
        while (parent := line[-1].parent) is not None:
            line.append(self.agent(parent))
        return tuple(reversed(line))

    def children(self, number: int) -> tuple[AgentRecord, ...]:
        """Return its children in order."""
        return tuple(agent for agent in self._agents.values() if agent.parent == number)

    def sources(self) -> dict[int, SourceSketch]:
        """Return the sketches of sources that are kept, by agent."""
        return dict(self._sources)

    def tree(self, number: int) -> Tree:
        """Return an agent's source."""
        self.agent(number)
        return self._trees[number]

    def tree_tar(self, number: int) -> bytes:
        """Return an agent's source as an uncompressed tar of regular files."""
        return self.tree(number).to_tar()

    def diff(self, number: int) -> str:
        """Return the unified diff from its parent, or of everything for a founder; undecodable bytes replaced."""
        parent = self.agent(number).parent
        return unified_diff(Tree() if parent is None else self._trees[parent], self._trees[number])

    def attempt(self, attempt_id: int) -> AttemptRecord:
        """Return one attempt. Raises ArchiveError."""
        if attempt_id not in self._attempts:
            raise ArchiveError(f"there is no attempt {attempt_id} in this archive.")
        return self._attempts[attempt_id]

    def attempts(self, parents: Collection[int] | None = None) -> tuple[AttemptRecord, ...]:
        """Return all attempts, or those on some agents, in order."""
        wanted = None if parents is None else set(parents)
        return tuple(a for a in self._attempts.values() if wanted is None or a.parent in wanted)

    def trial(self, trial_id: int) -> TrialRecord:
        """Return one trial. Raises ArchiveError."""
        if trial_id not in self._trials:
            raise ArchiveError(f"there is no trial {trial_id} in this archive.")
        return self._trials[trial_id]

    def trials(self, agent: int | None = None) -> tuple[TrialRecord, ...]:
        """Return all trials, or one agent's, in order."""
        if agent is None:
            return tuple(self._trials.values())
        return tuple(self._trials[number] for number in self._trials_of.get(agent, {}).values())

    def trial_results(self) -> tuple[TrialResult, ...]:
        """Return what a search counts of all trials, in order."""
        return tuple(
            TrialResult(t.agent, t.task_id, t.repeat, t.state, None if t.verdict is None else t.verdict.resolved)
            for t in self._trials.values()
        )

    def open_leases(self) -> tuple[OpenLease, ...]:
        """Return the leases that are not settled."""
        return tuple(sorted(self._leases.values(), key=lambda lease: lease.lease_id))

    def last_decision(self) -> Decision | None:
        """Return the newest decision of a strategy."""
        return self._decision.get(None)

    def events(self, last: int | None = None) -> tuple[Event, ...]:
        """Return the log, or its last entries, oldest first."""
        first = 0 if last is None else max(0, len(self._events) - last)
        return tuple(self._events[number + 1] for number in range(first, len(self._events)))

    def answer(self, request_id: str) -> Event | None:
        """Return the entry of the log that answers a request."""
        return next((event for event in self._events.values() if event.request == request_id), None)

    def marks(self, after: int = 0) -> tuple[Mark, ...]:
        """Return what was said of agents after an entry of the log, oldest first."""
        kinds = {kind.value for kind in MarkKind}
        return tuple(_mark(event) for event in self._events.values() if event.event_id > after and event.kind in kinds)

    def artifact(self, sha256: str, *, of: AttemptRecord | TrialRecord | None = None) -> bytes:  # noqa: ARG002
        """Return an artifact. Raises ArchiveError when it is missing."""
        if sha256 not in self._artifacts:
            raise ArchiveError(f"there is no artifact {sha256[:12]!r} in this archive.")
        return self._artifacts[sha256]

    def totals(self) -> Totals:
        """Return what was used and done so far."""
        return self._totals[None]


def _mark(event: Event) -> Mark:
    agent, reason, by = (event.data[name] for name in ("agent", "reason", "by"))
    return Mark(event.event_id, event.at, MarkKind(event.kind), int(str(agent)), str(reason), str(by))
