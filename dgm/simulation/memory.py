"""An archive in memory, for runs that nobody needs to keep: no git, no SQLite, nothing durable.

It passes the contract tests of the real one. It differs where no driver looks: text stays as it came, since nobody
reads it on a terminal, agents have no commit, the log is not chained, and calls to a model are not kept.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from dgm.errors import ArchiveError
from dgm.ports import Clock
from dgm.simulation.journal import Journal
from dgm.simulation.memory_reading import MemoryReader
from dgm.values import (
    ENGINE,
    AgentRecord,
    AttemptOutcome,
    AttemptRecord,
    AttemptState,
    Call,
    Decision,
    Event,
    Failure,
    Focus,
    Lease,
    Manifest,
    MarkKind,
    OpenLease,
    SourceSketch,
    Spent,
    Totals,
    Tree,
    TrialOutcome,
    TrialRecord,
    TrialState,
    tree_fault,
)


class MemoryArchive(MemoryReader):
    """The port Archive."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._journal = Journal()
        self._granted: dict[None, int] = {None: 0}

    def together(self) -> AbstractContextManager[None]:
        """Keep all that is written inside, or none of it after a raise."""
        return self._journal.together()

    def add_founder(self, tree: Tree, manifest: Manifest) -> AgentRecord:
        """Plant an agent without a parent."""
        self._check(tree)
        number = len(self._agents)
        founder = AgentRecord(
            number, "", tree.digest, None, None, manifest, "", self._clock.now(), eligible=True, retention="founder"
        )
        return self._add_agent(founder, tree)

    def open_attempt(self, parent: int, focus: Focus, lease: Lease, decision: Decision) -> int:
        """Record an attempt, its lease and the decision. Returns its id."""
        self.agent(parent)
        number = len(self._attempts) + 1
        opened = AttemptRecord(
            attempt_id=number,
            parent=parent,
            focus=focus,
            state=AttemptState.OPEN,
            child=None,
            failure=None,
            detail="",
            proposal="",
            spent=Spent(),
            opened_at=self._clock.now(),
            closed_at=None,
            editor=decision.editor,
        )
        self._journal.put(self._attempts, number, opened)
        self._grant(lease, attempt=number)
        self._journal.put(self._decision, None, decision)
        return number

    def close_attempt(self, outcome: AttemptOutcome, *, eligible: bool = True, retention: str = "") -> AttemptRecord:
        """Record what an attempt gave and settle its lease; a child becomes the next agent. Twice changes nothing."""
        opened = self.attempt(outcome.attempt_id)
        if opened.state is not AttemptState.OPEN:
            return opened
        child = None
        if outcome.child is not None:
            child = self._child(opened, outcome, outcome.child, eligible=eligible, retention=retention)
            self._add_agent(child, outcome.child)
        closed = replace(
            opened,
            state=AttemptState.FAILED if child is None else AttemptState.CHILD,
            child=None if child is None else child.number,
            failure=outcome.failure,
            detail=outcome.detail,
            proposal=outcome.proposal,
            artifacts=self._keep(outcome.artifacts),
        )
        return self._end_attempt(closed, outcome.spent)

    def open_trials(self, agent: int, tasks: Sequence[tuple[str, int, Lease]], decision: Decision) -> tuple[int, ...]:
        """Record trials as (task id, repeat, lease) and the decision. Raises ArchiveError for an open or scored one."""
        tried = self.agent(agent)
        with self._journal.together():
            opened = tuple(self._open_trial(tried, task_id, repeat, lease) for task_id, repeat, lease in tasks)
            if decision.action != "tripwire":
                self._journal.put(self._decision, None, decision)
        return opened

    def close_trial(self, outcome: TrialOutcome, *, retries: int = 0, flag: str = "") -> None:  # noqa: ARG002
        """Record what a trial gave, settle its lease, flag its agent. Closing a closed one changes nothing."""
        opened = self.trial(outcome.trial_id)
        if opened.state is not TrialState.OPEN:
            return
        verdict, level = outcome.verdict, outcome.level
        closed = TrialRecord(
            trial_id=opened.trial_id,
            agent=opened.agent,
            task_id=opened.task_id,
            repeat=opened.repeat,
            state=TrialState.UNSCORED if verdict is None else TrialState.SCORED,
            verdict=verdict,
            spent=opened.spent + outcome.spent,
            agent_digest=outcome.agent_digest,
            suite_digest=outcome.suite_digest,
            engine="" if level is None else level.engine,
            image="" if level is None else level.image,
            solve_ended=outcome.solve_ended,
            infrastructure=None if verdict else outcome.infrastructure or "no verdict, no reason",
            opened_at=opened.opened_at,
            closed_at=self._clock.now(),
            artifacts=self._keep(outcome.artifacts),
            grader=outcome.grader,
        )
        if flag:
            text = f"a{closed.agent} is flagged: {flag}"
            self.add_event(MarkKind.FLAG, text, {"agent": closed.agent, "reason": flag, "by": ENGINE})
        self._end_trial(closed, outcome.spent)

    def settle_lost(self, lease: OpenLease, reason: str, *, starts: int = 1) -> None:
        """Charge an open lease whole for each start: its attempt failed as LOST, its trial becomes UNSCORED."""
        if lease.lease_id not in self._leases:
            return
        spent = sum([lease.lease.whole] * starts, Spent())
        if lease.attempt_id is not None:
            attempt = self.attempt(lease.attempt_id)
            lost = replace(attempt, state=AttemptState.FAILED, failure=Failure.LOST, detail=reason)
            self._end_attempt(lost, spent)
        elif lease.trial_id is not None:
            trial = self.trial(lease.trial_id)
            unscored = replace(
                trial,
                state=TrialState.UNSCORED,
                infrastructure=reason,
                spent=trial.spent + spent,
                closed_at=self._clock.now(),
            )
            self._end_trial(unscored, spent)
        else:
            self._settle(lease.lease_id, spent)

    def open_screening(self, founder: str, lease: Lease) -> int:  # noqa: ARG002 - the port's
        """Record the lease of a founder's screening. Returns the lease's id."""
        return self._grant(lease)

    def add_calls(self, calls: Sequence[Call], spent: Spent, *, note: str, lease: int | None = None) -> None:  # noqa: ARG002
        """Record spending that belongs to no attempt or trial, or settle the lease of a screening."""
        self._settle(lease, spent)

    def set_retention(
        self, agent: int, *, eligible: bool, reason: str, figures: Mapping[str, float] | None = None
    ) -> None:
        """Change whether an agent may be a parent, with the figures behind the reason."""
        changed = replace(self.agent(agent), eligible=eligible, retention=reason, figures=dict(figures or {}))
        self._journal.put(self._agents, agent, changed)

    def add_source(self, agent: int, source: SourceSketch) -> None:
        """Keep the sketch of an agent's source, once."""
        self._journal.put(self._sources, agent, source)

    def add_event(
        self, kind: str, text: str, data: Mapping[str, object] | None = None, *, request: str | None = None
    ) -> Event:
        """Append to the run's log, and return the entry. A request is answered once."""
        if request is not None and (answered := self.answer(request)) is not None:
            return answered
        event = Event(len(self._events) + 1, self._clock.now(), kind, text, data or {}, request)
        self._journal.put(self._events, event.event_id, event)
        return event

    def add_hours(self, hours: float) -> None:
        """Add time in which a driver worked on the run."""
        totals = self._totals[None]
        self._journal.put(self._totals, None, replace(totals, hours=totals.hours + hours))

    # -- the steps of a write -------------------------------------------------------------------------------------

    def _child(
        self, attempt: AttemptRecord, outcome: AttemptOutcome, tree: Tree, *, eligible: bool, retention: str
    ) -> AgentRecord:
        if outcome.manifest is None:
            raise ArchiveError(f"attempt {outcome.attempt_id} gave a child without a manifest: screen it first.")
        self._check(tree)
        return AgentRecord(
            number=len(self._agents),
            commit="",
            digest=tree.digest,
            parent=attempt.parent,
            attempt=attempt.attempt_id,
            manifest=outcome.manifest,
            proposal=outcome.proposal,
            created_at=self._clock.now(),
            eligible=eligible,
            retention=retention,
        )

    def _check(self, tree: Tree) -> None:
        """Refuse what the real archive refuses, so that a run goes the same way."""
        if self._journal.is_open:
            raise ArchiveError("an agent is recorded in a transaction of its own, not together with other writes.")
        if not tree:
            raise ArchiveError("an agent without files cannot be kept: it needs an agent.toml at least.")
        if refusal := tree_fault(tree.files):
            raise ArchiveError(f"the path {refusal.path!r} cannot be in an agent: {refusal.reason.value}.")

    def _add_agent(self, agent: AgentRecord, tree: Tree) -> AgentRecord:
        self._trees[agent.number] = tree
        self._agents[agent.number] = agent
        self._totals[None] = replace(self._totals[None], agents=len(self._agents))
        return agent

    def _open_trial(self, agent: AgentRecord, task_id: str, repeat: int, lease: Lease) -> int:
        known = self._trials_of.setdefault(agent.number, {})
        number = known.get((task_id, repeat))
        before = None if number is None else self._trials[number]
        if before is not None and before.state is not TrialState.UNSCORED:
            raise ArchiveError(
                f"the trial of {agent.label} on {task_id!r}, repeat {repeat}, is open or scored already."
            )
        trial = TrialRecord(
            trial_id=len(self._trials) + 1 if before is None else before.trial_id,
            agent=agent.number,
            task_id=task_id,
            repeat=repeat,
            state=TrialState.OPEN,
            verdict=None,
            spent=Spent() if before is None else before.spent,
            agent_digest=agent.digest,
            suite_digest="",
            engine="",
            image="",
            solve_ended="",
            infrastructure=None,
            opened_at=self._clock.now(),
            closed_at=None,
        )
        self._journal.put(known, (task_id, repeat), trial.trial_id)
        self._journal.put(self._trials, trial.trial_id, trial)
        self._grant(lease, trial=trial.trial_id)
        return trial.trial_id

    def _end_attempt(self, ended: AttemptRecord, spent: Spent) -> AttemptRecord:
        closed = replace(ended, spent=ended.spent + spent, closed_at=self._clock.now())
        self._journal.put(self._attempts, closed.attempt_id, closed)
        self._settle(self._lease_of.get(("attempt", closed.attempt_id)), spent, attempts=1)
        return closed

    def _end_trial(self, closed: TrialRecord, spent: Spent) -> None:
        self._journal.put(self._trials, closed.trial_id, closed)
        scored = closed.state is TrialState.SCORED
        self._settle(self._lease_of.get(("trial", closed.trial_id)), spent, trials=int(scored))

    def _grant(self, lease: Lease, *, attempt: int | None = None, trial: int | None = None) -> int:
        number = self._granted[None] + 1
        self._journal.put(self._granted, None, number)
        self._journal.put(self._leases, number, OpenLease(number, lease, attempt, trial, self._clock.now()))
        for kind, owner in (("attempt", attempt), ("trial", trial)):
            if owner is not None:
                self._journal.put(self._lease_of, (kind, owner), number)
        return number

    def _settle(self, lease: int | None, spent: Spent, *, attempts: int = 0, trials: int = 0) -> None:
        """Close a lease, and add up what was spent."""
        if lease is not None and self._journal.drop(self._leases, lease) is None:
            return
        before = self._totals[None]
        after = Totals(
            before.spent + spent,
            before.attempts + attempts,
            before.trials + trials,
            before.agents,
            before.hours,
            before.on_attempts + spent if attempts else before.on_attempts,
        )
        self._journal.put(self._totals, None, after)

    def _keep(self, artifacts: Mapping[str, bytes]) -> dict[str, str]:
        kept = {name: hashlib.sha256(data).hexdigest() for name, data in artifacts.items()}
        for name, sha256 in kept.items():
            self._journal.put(self._artifacts, sha256, artifacts[name])
        return kept
