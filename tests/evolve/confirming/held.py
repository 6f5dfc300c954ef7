"""A run with a line of three agents and a suite with a holdout, and confirmations in it by a handler that obeys."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from dgm.archive import Run, create_run, open_run
from dgm.cluster import InlineExecutor
from dgm.config import ConfirmSection, RunConfig, parse_config
from dgm.evolve.confirming import (
    ConfirmationEnd,
    ConfirmationLoop,
    ConfirmationProgress,
    confirmation_budget,
    plan_confirmation,
)
from dgm.values import (
    AttemptOutcome,
    ConfirmationPlan,
    ConfirmationRecord,
    Decision,
    Feedback,
    FileEntry,
    Finish,
    Focus,
    FocusKind,
    HoldoutKey,
    HoldoutTrial,
    Lease,
    Side,
    Spent,
    Split,
    Suite,
    TrialOrder,
    TrialOutcome,
    TrialState,
)
from tests.evolve.worlds import FOUNDER, MANIFEST, MODELS, Script, call, task
from tests.fakes import FakeClock, FakeInbox

SETTING = "s"
LEASE = Lease(100, 0.0, 60.0)


def suite_with(held: int = 8) -> Suite:
    tasks = (task(0), task(1), *(task(number, Split.HOLDOUT) for number in range(50, 50 + held)))
    return Suite("small", "1", "d" * 64, "MIT", Feedback.IDS, (2,), tasks)


@dataclass
class Skills(Script):
    """Resolves by agent, and uses tokens by agent; every answer of a trial is its own unless told so."""

    able: Callable[[TrialOrder], bool] = lambda order: order.agent_id > 0
    uses: Callable[[TrialOrder], int] = lambda order: 10
    answers: Callable[[TrialOrder], bytes] = lambda order: f"answer {order.seed}\n".encode()
    finish: Callable[[TrialOrder], Finish | None] = lambda order: None

    def __post_init__(self) -> None:
        self.resolves = self.able

    def trial(self, order: TrialOrder) -> TrialOutcome:
        outcome = super().trial(order)
        if outcome.verdict is not None and (finish := self.finish(order)) is not None:
            outcome = replace(outcome, verdict=replace(outcome.verdict, finish=finish))
        used = self.uses(order)
        return replace(
            outcome,
            spent=Spent(used, 0.0, 1.0),
            calls=(replace(call(), input_tokens=used, output_tokens=0),),
            artifacts={"answer.diff": self.answers(order)},
        )


@dataclass
class Held:
    """One run's folder: a0 is the founder of a1, and a1 the parent of a2."""

    folder: Path
    script: Skills = field(default_factory=Skills)
    suite: Suite = field(default_factory=suite_with)
    section: ConfirmSection = field(default_factory=lambda: ConfirmSection(repeats=1))
    clock: FakeClock = field(default_factory=FakeClock)
    told: list[ConfirmationProgress] = field(default_factory=list)
    inbox: FakeInbox | None = None

    def __post_init__(self) -> None:
        with create_run(self.folder, "", {}, self.clock) as run:
            run.archive.add_founder(FOUNDER, MANIFEST)
            for parent in (0, 1):
                attempt = run.archive.open_attempt(
                    parent, Focus(FocusKind.GENERAL), LEASE, Decision("dgm", "expand", parent, (), {}, "{}")
                )
                tree = FOUNDER.with_files({"main.py": FileEntry(f"print({parent + 1})\n".encode())})
                run.archive.close_attempt(AttemptOutcome(attempt, tree, MANIFEST, None, "", "better", Spent()))

    def plan(self, agent: int = 2, against: Sequence[Side] = (Side.FOUNDER, Side.PARENT)) -> ConfirmationPlan:
        with self.open() as run:
            return plan_confirmation(run.archive, self.suite, agent, self.section, SETTING, against=against)

    def confirm(
        self,
        agent: int = 2,
        against: Sequence[Side] = (Side.FOUNDER, Side.PARENT),
        stop: Callable[[], bool] = lambda: False,
    ) -> ConfirmationEnd:
        """Begin a confirmation, or go on with the one of the same plan that has not ended."""
        plan = self.plan(agent, against)
        with self.open() as run:
            begun = [r for r in run.archive.confirmations() if r.plan == plan and not r.has_ended]
            record = begun[0] if begun else run.archive.open_confirmation(plan, "begins")
            return self.loop(run, record, stop).run()

    def loop(self, run: Run, record: ConfirmationRecord, stop: Callable[[], bool] = lambda: False) -> ConfirmationLoop:
        return ConfirmationLoop(
            self.config(record.plan),
            self.suite,
            record,
            MODELS,
            run.archive,
            run.archive,
            InlineExecutor(lambda: self.script),
            self.clock,
            observer=self.told.append,
            stop=stop,
            inbox=self.inbox,
        )

    def config(self, plan: ConfirmationPlan) -> RunConfig:
        config = parse_config("[budget]\nattempts = 0\n[leases]\ntrial_tokens = 100\n")
        return config.model_copy(update={"budget": confirmation_budget(self.section, plan)})

    @contextmanager
    def open(self) -> Iterator[Run]:
        with open_run(self.folder, self.clock) as run:
            yield run

    @property
    def ran(self) -> list[tuple[int, str, int]]:
        """Agent, task and repeat of each trial that the worker was given."""
        return [(o.agent_id, o.task.task_id, o.repeat) for o in self.script.orders if isinstance(o, TrialOrder)]


def ended(
    agent: int,
    task_id: str = "t50",
    repeat: int = 0,
    draw: int = 0,
    *,
    resolved: bool = False,
    tokens: int = 10,
    answer: str | None = "an answer",
    finish: Finish | None = None,
    state: TrialState = TrialState.SCORED,
) -> HoldoutTrial:
    """Return a trial that has ended."""
    how = finish or (Finish.RESOLVED if resolved else Finish.TESTS_FAILED)
    return HoldoutTrial(1, HoldoutKey(agent, task_id, repeat, draw), state, resolved, how, answer, Spent(tokens))


def known(*trials: HoldoutTrial) -> dict[HoldoutKey, HoldoutTrial]:
    return {trial.key: trial for trial in trials}
