"""Runs the trials of one confirmation: leases, budget and crashes as in a search, and no strategy."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial

from dgm.config import RunConfig
from dgm.errors import StorageFull
from dgm.evolve.books import Halt
from dgm.evolve.confirming.books import ConfirmationBooks
from dgm.evolve.confirming.describing import described
from dgm.evolve.confirming.findings import find
from dgm.evolve.confirming.overseeing import ConfirmationOverseer
from dgm.evolve.confirming.planning import holdout_tasks, p_values_of_others
from dgm.evolve.confirming.progress import ConfirmationEnd, ConfirmationObserver, ConfirmationProgress
from dgm.evolve.confirming.sentence import sentence
from dgm.evolve.confirming.wanted import count_ended, is_complete
from dgm.evolve.faults import halt_after
from dgm.evolve.halting import until_halt
from dgm.evolve.hours import Hours
from dgm.evolve.loop import GRACE_S, TICK_S, Attending
from dgm.evolve.orders import ModelNames, Orders
from dgm.evolve.progress import Reason
from dgm.ports import Archive, Clock, Confirmations, Executor, Inbox
from dgm.values import ConfirmationRecord, Split, Suite


class ConfirmationLoop:
    """Runs what a confirmation still needs, until it is complete, its budget ends, or it is stopped. Used once.

    Args:
        config: the run's, with the confirmation's own limits in `budget`.
        observer: is told the progress after each step.
        stop: asked before each step; True ends the work without waiting for what is under way.
        inbox: where persons' requests arrive.
        attending: around each wait of an executor that may keep the loop longer than `TICK_S`.
    """

    def __init__(
        self,
        config: RunConfig,
        suite: Suite,
        record: ConfirmationRecord,
        models: ModelNames,
        archive: Archive,
        confirmations: Confirmations,
        executor: Executor,
        clock: Clock,
        *,
        observer: ConfirmationObserver,
        stop: Callable[[], bool],
        inbox: Inbox | None = None,
        attending: Attending = nullcontext,
    ) -> None:
        self._suite, self._record, self._plan = suite, record, record.plan
        self._confirmations, self._executor = confirmations, executor
        self._observer, self._stop, self._attending = observer, stop, attending
        self._overseer = ConfirmationOverseer(archive, inbox)
        orders = Orders(config, suite, archive, models, split=Split.HOLDOUT)
        self._books = ConfirmationBooks.open(config, record, confirmations, orders, suite.digest, clock.now())
        add = partial(confirmations.add_confirmation_hours, record.confirmation_id)
        self._hours = Hours(add, clock, self._books.budget.hours)

    def run(self) -> ConfirmationEnd:
        """Run to the end, and close the executor. Raises ArchiveError: the run's folder cannot be used."""
        try:
            return self._end(until_halt(self._step, lambda: self._overseer.halt))
        finally:
            self._executor.close()

    def _step(self) -> Halt | None:
        self._overseer.attend()
        if self._stop():
            return Halt(Reason.STOPPED, "asked to stop")
        if (halt := self._overseer.halt or self._fill_slots()) is not None:
            return halt
        self._tell()
        with self._attending(self._overseer.attend_meanwhile):
            ended = self._executor.wait(TICK_S)
        halts = [self._books.close(finished) for finished in ended]
        self._books.budget = self._books.budget.at(self._hours.pass_time())
        return next((halt for halt in halts if halt is not None), self._broken() or self._overtime())

    def _fill_slots(self) -> Halt | None:
        """Start what is due. Returns a halt when nothing is under way and nothing can start."""
        books = self._books
        room = max(0, self._executor.slots - len(books.under_way))
        started = books.start(books.due[:room])
        for work in started.work:
            self._executor.submit(work)
        if books.under_way:
            return None
        if self._is_complete:
            return Halt(Reason.FINISHED, "every trial has ended")
        if started.refused is not None:
            return Halt(Reason.FINISHED, started.refused.reason)
        return Halt(Reason.INFRASTRUCTURE, "no slot is left to work in. Run `dgm doctor`, then go on.")

    def _broken(self) -> Halt | None:
        count = self._books.failed_in_a_row
        return halt_after(count, self._executor.slots, self._books.said[-1]) if count else None

    def _overtime(self) -> Halt | None:
        """Return a halt when work hangs that should have ended with the hours."""
        budget = self._books.budget
        limit = budget.limits.hours
        if limit is None or not self._books.under_way or (budget.hours - limit) * 3600 <= GRACE_S:
            return None
        return Halt(Reason.FINISHED, f"the budget of {limit:g} hours is used up, and what is under way has not ended")

    def _end(self, halt: Halt) -> ConfirmationEnd:
        """Record what has ended, charge what has not, and rule if nothing is left to run."""
        lost: tuple[str, ...] = ()
        with suppress(StorageFull):
            if halt.reason is not Reason.STORAGE:
                for finished in self._executor.wait(0):
                    self._books.close(finished)
            self._executor.close()
            lost = self._books.lose_the_rest(f"under way when the work ended: {halt.reason}")
            self._hours.bank()
        self._books.said.append(f"{halt.reason}: {halt.detail}")
        self._tell()
        if halt.reason is Reason.STORAGE or not self._is_complete:
            return ConfirmationEnd(halt.reason, halt.detail, self._record, None, lost)
        return self._ruled()

    def _ruled(self) -> ConfirmationEnd:
        number = self._record.confirmation_id
        others = p_values_of_others(self._confirmations.confirmations(), number, self._plan.holdout)
        findings = find(self._plan, self._books.ended, others)
        text = sentence(findings, len(holdout_tasks(self._suite)))
        record = self._confirmations.close_confirmation(
            number, p=findings.ruling.p, word=findings.ruling.word, text=text, result=described(findings)
        )
        return ConfirmationEnd(Reason.FINISHED, text, record, findings)

    @property
    def _is_complete(self) -> bool:
        return is_complete(self._plan, self._books.ended)

    def _tell(self) -> None:
        books = self._books
        ended = count_ended(self._plan, books.ended)
        self._observer(
            ConfirmationProgress(
                busy=len(books.under_way),
                slots=self._executor.slots,
                ended=ended,
                known=ended + len(books.under_way) + len(books.due),
                hours=books.budget.hours,
                tokens=books.budget.settled.tokens,
                spent_of_budget={name: used for name, used in books.budget.used.items() if name != "trials"},
                events=tuple(books.said),
            )
        )
        books.said.clear()
