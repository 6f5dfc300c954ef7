"""From an outcome to the archive: one transaction each, then the population and the books."""

from dataclasses import dataclass, replace

from dgm.errors import ArchiveError, RunLocked, StorageFull
from dgm.evolve.books import Books, Halt, UnderWay
from dgm.evolve.faults import checked, halt_after
from dgm.evolve.judging import Judge
from dgm.evolve.orders import TRIES
from dgm.evolve.population import Cell
from dgm.evolve.progress import Reason
from dgm.evolve.retention import Retained, at_birth
from dgm.ports import Archive, Executor
from dgm.values import AttemptOutcome, AttemptRecord, Failure, Finished, Spent, TrialOutcome, Verdict, WorkKind


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records what became of attempts and trials."""

    archive: Archive
    executor: Executor
    books: Books
    judge: Judge
    suite_digest: str

    def record(self, work: UnderWay, finished: Finished) -> Halt | None:
        """Record how a piece of work ended. Returns why the loop must not go on."""
        outcome = finished.outcome
        if outcome is not None and finished.retries:
            outcome = replace(outcome, spent=work.charge(outcome.spent, finished.retries))
        if isinstance(outcome, TrialOutcome):
            return self._trial(work, checked(work, outcome, work.tripwires or self.suite_digest), finished.retries)
        if isinstance(outcome, AttemptOutcome):
            return self._attempt(work, outcome)
        return self._lost(work, finished)

    def _lose(self, work: UnderWay, reason: str, starts: int) -> None:
        """Charge work that vanished, whole for each start."""
        for lease in self.archive.open_leases():
            if work.holds(lease):
                self.archive.settle_lost(lease, reason, starts=starts)
        self.books.settled(work, work.charge(Spent(), starts), counts=work.kind is WorkKind.ATTEMPT)

    def _trial(self, work: UnderWay, outcome: TrialOutcome, retries: int) -> Halt | None:
        flag = suspicion(work, outcome.verdict)
        self.archive.close_trial(outcome, retries=retries, flag=flag)
        self.books.settled(work, outcome.spent, counts=outcome.verdict is not None)
        if outcome.must_stop is not None:
            self._reopen(work)
            return Halt(Reason.REFUSED, outcome.must_stop)
        if outcome.verdict is None:
            return self._unscored(work, outcome.infrastructure or "no verdict, and no reason")
        self.books.failed_in_a_row = 0
        cell = Cell.RESOLVED if outcome.verdict.resolved else Cell.UNRESOLVED
        self.books.said.append(f"{work}: {outcome.verdict.finish.value}")
        self._end_trial(work, cell)
        if flag:
            self.books.oversight.take(self.archive.marks(after=self.books.oversight.newest))
            self.books.said.append(f"a{_agent(work)} is flagged: {flag}")
        return None

    def _end_trial(self, work: UnderWay, cell: Cell) -> None:
        self.books.close_trial(_agent(work), work, cell)
        if news := self.judge.reconsider(_agent(work)):
            self._log("retention", news)

    def _attempt(self, work: UnderWay, outcome: AttemptOutcome) -> Halt | None:
        retained = at_birth(self.judge.evolve, self.books.population.staging)
        outcome, record = self._closed(outcome, retained)
        self.books.settled(work, outcome.spent)
        self.books.population.close_attempt(_agent(work))
        if record.child is not None:
            self.books.add(work.agent, eligible=retained.eligible)
            self._log("child", f"{work} made a{record.child}")
        else:
            self._log("attempt failed", f"{work} failed: {outcome.failure}: {outcome.detail}")
        if outcome.must_stop is not None:
            return Halt(Reason.REFUSED, outcome.must_stop)
        if outcome.failure is Failure.INFRASTRUCTURE:
            return self._failed(outcome.detail)
        self.books.failed_in_a_row = 0
        return None

    def _closed(self, outcome: AttemptOutcome, retained: Retained) -> tuple[AttemptOutcome, AttemptRecord]:
        """Close an attempt, as failed when the archive does not take its child: an agent's tree must not end a run."""
        try:
            record = self.archive.close_attempt(outcome, eligible=retained.eligible, retention=retained.reason)
        except (StorageFull, RunLocked):
            raise
        except ArchiveError as error:
            if outcome.child is None:
                raise
            outcome = replace(outcome, child=None, failure=Failure.REFUSED_CHANGE, detail=str(error))
            record = self.archive.close_attempt(outcome)
        return outcome, record

    def _lost(self, work: UnderWay, finished: Finished) -> Halt | None:
        self._lose(work, finished.error, starts=1 + finished.retries)
        reason = finished.error.strip().rpartition("\n")[2]
        self._log("lost", f"{work} was lost: {reason}", {"error": finished.error})
        if work.kind is WorkKind.TRIAL:
            return self._unscored(work, reason)
        self.books.population.close_attempt(_agent(work))
        return self._failed(reason)

    def _unscored(self, work: UnderWay, reason: str) -> Halt | None:
        """Put a trial back, or give it up: then it is unresolved in its agent's score, and unscored in the archive."""
        key = (_agent(work), work.name)
        self.books.failed_tries[key] += 1
        self.books.said.append(f"{work}: not scored: {reason}")
        if self.books.failed_tries[key] < TRIES:
            self._reopen(work)
        else:
            self._end_trial(work, Cell.GIVEN_UP)
            self._log("given up", f"{work} stays unscored after {TRIES} tries: {reason}")
        return self._failed(reason)

    def _failed(self, reason: str) -> Halt | None:
        self.books.failed_in_a_row += 1
        return halt_after(self.books.failed_in_a_row, self.executor.slots, reason)

    def _reopen(self, work: UnderWay) -> None:
        self.books.reopen_trial(_agent(work), work)

    def _log(self, kind: str, text: str, data: dict[str, object] | None = None) -> None:
        self.archive.add_event(kind, text, data)
        self.books.said.append(text)


def suspicion(work: UnderWay, verdict: Verdict | None) -> str:
    """Return why a verdict puts its agent under suspicion; empty: it does not."""
    if verdict is None:
        return ""
    if verdict.tampering is not None:
        return f"tampering on {work.name!r}: {verdict.tampering}"
    return f"it passed {work.name!r}, which no honest answer does" if work.tripwires and verdict.resolved else ""


def _agent(work: UnderWay) -> int:
    if work.agent is None:
        raise ValueError(f"{work} has no agent")
    return work.agent
