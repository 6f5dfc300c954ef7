"""Nothing is submitted before it is recorded, and an outcome shares its transaction with what follows from it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from dgm.archive import Step, create_run, open_run
from dgm.cluster import InlineExecutor
from dgm.evolve import Reason
from dgm.values import Finished, OpenLease, TrialState, Work, WorkKind
from tests.evolve.worlds import totals_of, trials_of, world


@dataclass
class Watched:
    """An executor that looks at the run's database, as another process sees it, whenever work is submitted."""

    inner: InlineExecutor
    leases: Callable[[], tuple[OpenLease, ...]]
    interrupted_at: int = 0
    """The look at its slots at which Ctrl-C falls: the third is where the first trials' rows have been written."""
    seen: list[tuple[WorkKind, int]] = field(default_factory=list)
    looks: int = 0

    @property
    def slots(self) -> int:
        self.looks += 1
        if self.looks == self.interrupted_at:
            raise KeyboardInterrupt
        return 3

    def submit(self, work: Work) -> None:
        self.seen.append((work.kind, len(self.leases())))
        self.inner.submit(work)

    def wait(self, timeout_s: float) -> tuple[Finished, ...]:
        return self.inner.wait(timeout_s)

    def close(self) -> None:
        self.inner.close()


def test_a_lease_is_on_the_disk_before_its_work_is_submitted(tmp_path: Path) -> None:
    some = world(tmp_path, attempts=1)
    with some.open() as run, open_run(run.folder, some.clock, readonly=True) as beside:
        executor = Watched(InlineExecutor(lambda: some.script), beside.archive.open_leases)

        some.loop(run, executor).run()

    both_trials = [(WorkKind.TRIAL, 2)] * 2
    assert executor.seen == [(WorkKind.SCREENING, 1), *both_trials, (WorkKind.ATTEMPT, 1), *both_trials]


def test_a_trial_takes_one_transaction_in_the_long_run(tmp_path: Path) -> None:
    written: list[tuple[Step, int]] = []
    some = world(tmp_path, tasks=8)

    def watch(step: Step) -> None:
        written.append((step, len(some.script.orders)))

    with create_run(some.folder, "", {}, some.clock, watch=watch) as run:
        some.loop(run, InlineExecutor(lambda: some.script)).run()

    transactions = Counter(orders for step, orders in written if step is Step.ROW)
    first_trial_done = 2  # pieces of work, the screening being the first
    assert [transactions[first_trial_done + i] for i in range(7)] == [1] * 7


def interrupting_at(call: int) -> Callable[[], bool]:
    """Let Ctrl-C fall where the loop has written an outcome's rows, and asks whether to start anything more."""
    calls = count(1)

    def stop() -> bool:
        if next(calls) == call:
            raise KeyboardInterrupt
        return False

    return stop


def test_an_interrupt_between_an_outcome_and_what_follows_loses_that_outcome_only(tmp_path: Path) -> None:
    some = world(tmp_path, tasks=3)

    end = some.run(stop=interrupting_at(4))

    states = [(trial.task_id, trial.state) for trial in trials_of(some)]
    assert end.reason is Reason.STOPPED
    assert states == [("t0", TrialState.SCORED), ("t1", TrialState.UNSCORED)]


def test_an_outcome_that_an_interrupt_undid_is_charged_whole_and_its_trial_run_again(tmp_path: Path) -> None:
    some = world(tmp_path, tasks=3)
    some.run(stop=interrupting_at(4))

    some.run()

    assert [(trial.task_id, trial.state) for trial in trials_of(some)] == [
        (f"t{i}", TrialState.SCORED) for i in range(3)
    ]
    assert totals_of(some).spent.tokens == 4 * some.script.tokens + some.config.leases.trial_tokens


def test_work_that_an_interrupt_kept_from_being_recorded_is_not_named_as_lost(tmp_path: Path) -> None:
    some = world(tmp_path)
    with some.open() as run:
        executor = Watched(InlineExecutor(lambda: some.script), run.archive.open_leases, interrupted_at=3)

        end = some.loop(run, executor).run()

        assert (end.reason, end.lost, run.archive.trials()) == (Reason.STOPPED, (), ())
