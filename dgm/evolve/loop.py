"""The loop: an outcome arrives, is recorded, the population is updated, the strategy decides, a lease, submit.

No generations and no barrier: whenever a slot is free, the strategy is asked. Each step handles one event and saves it;
killed anywhere, a resume loses only the work that was under way.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import assert_never

from dgm.config import RunConfig
from dgm.errors import StorageFull
from dgm.evolve.actions import Evaluate, Expand, Wait
from dgm.evolve.books import Halt, progress_of
from dgm.evolve.budget import Refused, starts_charged
from dgm.evolve.halting import until_halt
from dgm.evolve.hours import Hours
from dgm.evolve.judging import Judge
from dgm.evolve.orders import ModelNames, Orders
from dgm.evolve.overseeing import Overseer
from dgm.evolve.planting import Planting
from dgm.evolve.population import Population
from dgm.evolve.progress import Observer, Progress, Reason, RunEnd
from dgm.evolve.ranking import Standing, standing_of
from dgm.evolve.recording import Recorder
from dgm.evolve.resuming import missing_founders, open_books, streams_of
from dgm.evolve.sources import Sources
from dgm.evolve.starting import Starter
from dgm.evolve.strategies import open_strategy
from dgm.ports import Archive, Clock, Executor, Inbox
from dgm.values import Finished, Spent, Suite, Tree, WorkKind

TICK_S = 1.0
"""Longest wait for an outcome before a stop is looked for and the progress is told."""

GRACE_S = 900.0
"""For work to be graded and to end once the hours are used up, to which its lease was cut. Then it is given up."""


def _ignore(progress: Progress) -> None:
    """Show nothing."""


def _never() -> bool:
    return False


Attending = Callable[[Callable[[], None]], AbstractContextManager[object]]
"""A context in which the given function is called every second or so, in the loop's own thread."""


class Loop:
    """Runs a search until its budget ends, it is stopped, or it cannot go on. Used by one thread, once.

    Args:
        founders: name to source, in the order of their numbers.
        models: which model does what.
        observer: is told the progress after each step.
        stop: asked before each step; True ends the run without waiting for work under way.
        by_source: whether agents have sources, for retention to look at and for attempts to be told of the past.
        inbox: where persons' requests arrive; None: nobody can ask anything, so the run waits for nobody.
        attending: around each wait of an executor that may keep the loop longer than `TICK_S`.

    Raises:
        ConfigError: the suite's tasks or stages are not usable.
    """

    def __init__(
        self,
        config: RunConfig,
        suite: Suite,
        founders: Mapping[str, Tree],
        models: ModelNames,
        archive: Archive,
        executor: Executor,
        clock: Clock,
        *,
        observer: Observer = _ignore,
        stop: Callable[[], bool] = _never,
        by_source: bool = True,
        inbox: Inbox | None = None,
        attending: Attending = nullcontext,
    ) -> None:
        self._archive, self._executor = archive, executor
        self._observer, self._stop, self._inbox, self._attending = observer, stop, inbox, attending
        self._books = open_books(config, suite, archive, clock.now())
        self._streams = streams_of(config, archive)
        self._strategy = open_strategy(config.evolve)
        orders = Orders(config, suite, archive, models, tells=by_source)
        missing = missing_founders(founders, self._books.population)
        self._planting = Planting(archive, orders, self._books, missing)
        self._starter = Starter(archive, orders, self._books, self._strategy.name, config.evolve.focus)
        sources = Sources(archive, orders.evidence.tree) if by_source else None
        judge = Judge.resumed(config.evolve, archive, self._books.population, sources)
        self._recorder = Recorder(archive, executor, self._books, judge, suite.digest)
        self._overseer = Overseer(archive, inbox, self._books)
        self._waits_for = self._told_to_wait_for = ""
        self._best = self._picked()
        self._hours = Hours(archive.add_hours, clock, self._books.budget.hours)

    @property
    def population(self) -> Population:
        """What is known now: to look at, not to change."""
        return self._books.population

    def run(self) -> RunEnd:
        """Run to the end, and close the executor.

        Raises:
            ConfigError: a founder does not pass screening.
            ArchiveError: the run's folder cannot be used.
        """
        try:
            self._archive.add_event("start", "a driver goes to work")
            return self._end(until_halt(self._step, lambda: self._overseer.halt))
        finally:
            self._executor.close()

    def _step(self) -> Halt | None:
        """Wait for outcomes and record them, and start what is decided then: in one transaction with the last of them.

        Nothing is submitted before that transaction is on the disk.
        """
        alone, last = self._split(self._wait())
        halts = [self._record(finished) for finished in alone]
        self._overseer.attend()
        with self._archive.together():
            halts += [self._record(finished) for finished in last]
            self._books.budget = self._books.budget.at(self._hours.pass_time())
            halt = next(filter(None, halts), None) or self._overtime() or self._start()
        self._submit()
        self._best = self._picked()
        if halt is None:
            self._tell()
        return halt

    def _wait(self) -> Sequence[Finished]:
        """Wait for outcomes; where nothing is under way and nothing may be started, for a person, off the clock."""
        if self._waits_for and not self._books.under_way and self._inbox is not None:
            self._hours.hold()
            self._inbox.wait(TICK_S)
            return ()
        self._hours.go_on()
        with self._attending(self._overseer.attend_meanwhile):
            return self._executor.wait(TICK_S)

    def _split(self, finished: Sequence[Finished]) -> tuple[Sequence[Finished], Sequence[Finished]]:
        """Return what is recorded alone, then the trial, if any, that shares a transaction with what follows."""
        shares = finished and self._books.under_way[finished[-1].work_id].kind is WorkKind.TRIAL
        return (finished[:-1], finished[-1:]) if shares else (finished, ())

    def _start(self) -> Halt | None:
        if self._stop():
            return Halt(Reason.STOPPED, "asked to stop")
        if self._overseer.halt is not None:
            return self._overseer.halt
        self._waits_for = ""
        if self._overseer.paused_by is not None:
            self._waits_for = f"paused by {self._overseer.paused_by}: `dgm resume` goes on"
            return None
        return self._fill_slots() if self._planting.is_done else self._planting.start()

    def _submit(self) -> None:
        for work in self._books.ready:
            self._executor.submit(work)
        self._books.ready.clear()

    def _overtime(self) -> Halt | None:
        """Return a halt when work hangs that should have ended with the hours."""
        budget = self._books.budget
        if budget.limits.hours is None or (budget.hours - budget.limits.hours) * 3600 <= GRACE_S:
            return None
        if not self._books.under_way:
            return None
        used_up = f"the budget of {budget.limits.hours:g} hours is used up"
        return Halt(Reason.FINISHED, f"{used_up}, and what is under way has not ended {GRACE_S:.0f} s later")

    def _fill_slots(self) -> Halt | None:
        """Ask the strategy until every slot is busy or it waits. Returns a halt when nothing is left to wait for."""
        reason = ""
        while not reason and (room := self._executor.slots - len(self._books.under_way)) > 0:
            reason = self._decide(room)
        if self._books.under_way:
            return None
        if not reason:
            return Halt(Reason.INFRASTRUCTURE, "no slot is left to work in. Run `dgm doctor`, then resume.")
        return self._wait_for_a_person(reason)

    def _wait_for_a_person(self, reason: str) -> Halt | None:
        """Return a halt, unless a person could let an agent be a parent, and the budget has room for its child."""
        oversight = self._books.oversight
        if self._books.budget.refusal(WorkKind.ATTEMPT) is not None:
            return Halt(Reason.FINISHED, reason)
        asking = [] if self._inbox is None else oversight.for_a_person
        if not asking:
            return Halt(Reason.FINISHED, f"{reason}{oversight.barred_words}")
        self._waits_for = f"waits for a person: {oversight.words(asking)}. `dgm approve` or `dgm veto`"
        return None

    def _decide(self, room: int) -> str:
        """Make one decision and start its work. Returns why nothing was started."""
        child = self._books.oversight.next_to_try()
        if child is not None and self._starter.try_tripwire(child) is None:
            return ""
        generator, rng = self._streams.state, self._streams.generator()
        action = self._strategy.choose(self._books.population, self._books.budget, rng)
        match action:
            case Evaluate():
                refused = self._starter.evaluate(action, generator, room)
            case Expand() if self._books.oversight.wanted(action.agent):
                return ""
            case Expand():
                refused = self._barred(action) or self._starter.expand(action, generator, rng)
            case Wait(reason):
                return reason or "the strategy waits"
            case _:
                assert_never(action)
        if refused is not None:
            return refused.reason
        self._streams.advance()
        return ""

    def _barred(self, action: Expand) -> Refused | None:
        """Refuse a parent or an editor that is barred, whatever a strategy thinks of it."""
        population = self._books.population
        barred = [a for a in (action.agent, action.editor) if a is not None and population.barred[a]]
        return Refused(f"a{barred[0]} may not be a parent") if barred else None

    def _record(self, finished: Finished) -> Halt | None:
        work = self._books.under_way.pop(finished.work_id)
        side = self._planting if work.kind is WorkKind.SCREENING else self._recorder
        return side.record(work, finished)

    def _end(self, halt: Halt) -> RunEnd:
        """Record what has ended, charge what has not, and say so."""
        lost: tuple[str, ...] = ()
        with suppress(StorageFull):
            if halt.reason is not Reason.STORAGE:
                for finished in self._executor.wait(0):
                    self._record(finished)
            self._executor.close()
            lost = self._lose_the_rest(halt)
            self._hours.bank()
            self._archive.add_event("end", f"{halt.reason}: {halt.detail}", {"lost": list(lost)})
        self._best = self._picked()
        self._books.said.append(f"{halt.reason}: {halt.detail}")
        self._tell()
        return RunEnd(halt.reason, halt.detail, lost, self._best)

    def _lose_the_rest(self, halt: Halt) -> tuple[str, ...]:
        """Charge every open lease whole: also one whose work an interrupt kept from being noted.

        Work whose lease an interrupt kept from being recorded was never submitted, and costs nothing.
        """
        starts, leases = starts_charged(self._books.budget.limits), self._archive.open_leases()
        for lease in leases:
            self._archive.settle_lost(lease, f"under way when the run ended: {halt.reason}", starts=starts)
        lost = [work for work in self._books.under_way.values() if any(map(work.holds, leases))]
        for work in lost:
            self._books.settled(work, work.charge(Spent(), starts), counts=work.kind is WorkKind.ATTEMPT)
        self._books.under_way.clear()
        return tuple(map(str, lost))

    def _picked(self) -> Standing | None:
        picked = self._strategy.pick(self._books.population)
        return None if picked is None else standing_of(self._books.population, picked)

    def _tell(self) -> None:
        books = self._books
        if self._waits_for not in ("", self._told_to_wait_for):
            books.said.append(self._waits_for)
        self._told_to_wait_for = self._waits_for
        self._observer(progress_of(books, self._executor.slots, self._best, self._waits_for))
        books.said.clear()
