"""A small world for the loop: a suite, founders, a handler that answers as told, and the real archive."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dgm.archive import Run, create_run, open_run
from dgm.cluster import InlineExecutor
from dgm.config import EvolveSection, RunConfig, parse_config
from dgm.evolve import Loop, ModelNames, Progress, RunEnd
from dgm.values import (
    AttemptOrder,
    AttemptOutcome,
    Call,
    CallStatus,
    Failure,
    Feedback,
    Finish,
    Grader,
    Manifest,
    Outcome,
    SandboxLevel,
    ScreeningOrder,
    ScreeningOutcome,
    Spent,
    Split,
    Suite,
    Task,
    Totals,
    Tree,
    TrialOrder,
    TrialOutcome,
    TrialRecord,
    Verdict,
    Work,
    WorkKind,
)
from tests.fakes import FakeClock, FakeInbox

MANIFEST = Manifest("fake", "a fake agent", ("true",))
LEVEL = SandboxLevel("fake", "0" * 64)
MODELS = ModelNames("m", "m", "m")
FOUNDER = Tree.of({"agent.toml": "[agent]", "main.py": "print(0)\n"})


def task(number: int, split: Split = Split.SEARCH) -> Task:
    return Task(
        task_id=f"t{number}",
        suite="small",
        instruction=f"repair {number}",
        public=Tree.of({"a.py": "x = 1\n"}),
        hidden=Tree.of({"test_a.py": "HIDDEN"}),
        reference=Tree.of({"a.py": "REFERENCE"}),
        allow=("*.py",),
        grader=Grader.PYTEST,
        expected=("test_a", "test_b"),
        timeout_s=60,
        split=split,
        difficulty="easy",
    )


def suite_of(tasks: int = 4, stages: tuple[int, ...] = (2, 4)) -> Suite:
    held = task(99, Split.HOLDOUT)
    return Suite("small", "1", "d" * 64, "MIT", Feedback.IDS, stages, (*map(task, range(tasks)), held))


def config_of(**budget: float) -> RunConfig:
    limits = "\n".join(f"{name} = {value}" for name, value in budget.items())
    return parse_config(f"[budget]\n{limits}\n[suite]\npromote = [0.5]\n")


def searching_by(strategy: str, config: RunConfig, **options: object) -> RunConfig:
    """Return the configuration with another strategy, which may expand every child."""
    evolve = {**config.evolve.model_dump(), "strategy": strategy, "retention": "keep_all", **options}
    return config.model_copy(update={"evolve": EvolveSection.model_validate(evolve)})


def keeping_all(**budget: float) -> RunConfig:
    """Return a configuration with which every functioning child may be a parent."""
    config = config_of(**budget)
    return config.model_copy(update={"evolve": config.evolve.model_copy(update={"retention": "keep_all"})})


def resolves_half(order: TrialOrder) -> bool:
    """Even tasks are resolved, whoever tries."""
    return int(order.task.task_id[1:]) % 2 == 0


@dataclass
class Script:
    """What work gives. Counts the work it did."""

    resolves: Callable[[TrialOrder], bool] = resolves_half
    tokens: int = 10
    attempt_failure: Failure | None = None
    screening_failure: Failure | None = None
    infrastructure: Callable[[TrialOrder], str | None] = lambda order: None
    must_stop: str | None = None
    tampers: Callable[[TrialOrder], bool] = lambda order: False
    raises: Callable[[Work], BaseException | None] = lambda work: None
    orders: list[object] = field(default_factory=list)

    def __call__(self, work: Work) -> Outcome:
        if (error := self.raises(work)) is not None:
            raise error
        self.orders.append(work.order)
        return self.outcome(work.order)

    def close(self) -> None:
        pass

    def outcome(self, order: object) -> Outcome:
        match order:
            case TrialOrder():
                return self.trial(order)
            case AttemptOrder():
                return self.attempt(order)
            case ScreeningOrder():
                return ScreeningOutcome(MANIFEST, self.screening_failure, "why", self.spent, LEVEL, (call(),))
        raise TypeError(order)

    @property
    def spent(self) -> Spent:
        return Spent(self.tokens, 0.0, 1.0)

    def trial(self, order: TrialOrder) -> TrialOutcome:
        why = self.infrastructure(order)
        verdict = self.verdict(order)
        return TrialOutcome(
            trial_id=order.trial_id,
            verdict=None if why or self.must_stop else verdict,
            agent_digest=order.agent.digest,
            suite_digest=order.suite_digest,
            level=LEVEL,
            spent=self.spent,
            calls=(call(),),
            artifacts={
                "transcript.jsonl": f'{{"seed": {order.seed}}}\n'.encode(),
                "answer.diff": b"a change\n",
                "grading.log": b"HIDDEN",
            },
            public_artifacts=("transcript.jsonl", "answer.diff"),
            infrastructure=why or self.must_stop,
            must_stop=self.must_stop,
        )

    def verdict(self, order: TrialOrder) -> Verdict:
        if self.tampers(order):
            return Verdict(False, Finish.TAMPERED, 0, 2, ("test_a", "test_b"), "it forged its report")
        if self.resolves(order):
            return Verdict(True, Finish.RESOLVED, 2, 2)
        return Verdict(False, Finish.TESTS_FAILED, 0, 2, ("test_a", "test_b"))

    def attempt(self, order: AttemptOrder) -> AttemptOutcome:
        child = Tree.of({**{p: order.parent[p].data for p in order.parent}, "main.py": f"print({order.attempt_id})\n"})
        made = self.attempt_failure is None
        return AttemptOutcome(
            attempt_id=order.attempt_id,
            child=child if made else None,
            manifest=MANIFEST if made else None,
            failure=self.attempt_failure,
            detail="" if made else "why",
            proposal=f"proposal {order.attempt_id} on {order.focus.kind}",
            spent=self.spent,
            level=LEVEL,
            calls=(call(),),
            must_stop=self.must_stop,
        )


def call() -> Call:
    return Call("solve", "m", 6, 4, 0.0, 0.1, CallStatus.OK)


@dataclass
class World:
    """One run's folder, and loops over it."""

    folder: Path
    config: RunConfig
    suite: Suite = field(default_factory=suite_of)
    founders: Mapping[str, Tree] = field(default_factory=lambda: {"one": FOUNDER})
    script: Script = field(default_factory=Script)
    clock: FakeClock = field(default_factory=FakeClock)
    told: list[Progress] = field(default_factory=list)
    by_source: bool = True
    inbox: FakeInbox | None = None

    def run(self, stop: Callable[[], bool] = lambda: False) -> RunEnd:
        """Start the run, or resume it."""
        with self.open() as run:
            return self.loop(run, InlineExecutor(lambda: self.script), stop).run()

    def loop(self, run: Run, executor: object, stop: Callable[[], bool] = lambda: False) -> Loop:
        return Loop(
            self.config,
            self.suite,
            self.founders,
            MODELS,
            run.archive,
            executor,
            self.clock,
            observer=self.told.append,
            stop=stop,
            by_source=self.by_source,
            inbox=self.inbox,
        )

    @contextmanager
    def open(self) -> Iterator[Run]:
        known = (self.folder / "run.toml").exists()
        with open_run(self.folder, self.clock) if known else create_run(self.folder, "", {}, self.clock) as run:
            yield run


def world(folder: Path, script: Script | None = None, tasks: int = 2, **budget: float) -> World:
    """Return a world whose founder has two tasks, and which may measure nothing else unless told so."""
    limits = budget or {"attempts": 0}
    return World(folder / "run", config_of(**limits), suite_of(tasks, (tasks,)), script=script or Script())


def trials_of(some: World) -> tuple[TrialRecord, ...]:
    with some.open() as run:
        return run.archive.trials()


def totals_of(some: World) -> Totals:
    with some.open() as run:
        return run.archive.totals()


def failing(script: Script, kind: WorkKind, error: BaseException) -> Script:
    script.raises = lambda work: error if work.kind is kind else None
    return script
