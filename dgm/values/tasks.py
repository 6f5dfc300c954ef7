"""Suites, tasks and verdicts."""

from dataclasses import dataclass
from enum import StrEnum

from dgm.values.tree import Tree

TRIPWIRE = "tripwire:"
"""How the id of a task begins under which a trial on a tripwire is recorded: no suite's task has such an id."""


class Grader(StrEnum):
    """How an answer is judged. PYTEST runs the tests in one process with the answer: the weaker level."""

    FUNCTION = "function"
    COMMAND = "command"
    PYTEST = "pytest"


class Split(StrEnum):
    """SEARCH tasks steer the run; HOLDOUT tasks are only for the final confirmation."""

    SEARCH = "search"
    HOLDOUT = "holdout"


class Feedback(StrEnum):
    """What of a verdict may reach an agent that improves itself."""

    NONE = "none"
    COUNTS = "counts"
    IDS = "ids"


@dataclass(frozen=True, slots=True)
class Task:
    """One problem. `hidden` and `reference` never leave the host but into a grading sandbox.

    Args:
        task_id: unique in its suite; letters, digits, `-`, `_`.
        instruction: what a user would write; Markdown.
        public: the repository to change, as the agent gets it.
        hidden: what grading lays over the answer.
        reference: whole files that solve it, by their path in the repository.
        allow: globs of paths that an answer may change or add.
        expected: PYTEST: the ids that must all pass. FUNCTION, COMMAND: the names of the calls.
        timeout_s: for solving, in seconds.
        grading_timeout_s: for each grading sandbox, in seconds.
        tripwire: no honest answer passes it; then its split means nothing.
    """

    task_id: str
    suite: str
    instruction: str
    public: Tree
    hidden: Tree
    reference: Tree
    allow: tuple[str, ...]
    grader: Grader
    expected: tuple[str, ...]
    timeout_s: float
    split: Split
    difficulty: str
    grading_timeout_s: float = 60.0
    tripwire: bool = False


@dataclass(frozen=True, slots=True)
class Suite:
    """A benchmark. `tasks` stand in their order: a stage is a prefix of the search split.

    Args:
        digest: SHA-256 over everything in it; stands with every score.
        stages: sizes of the prefixes, ascending.
        tripwires: not among `tasks`: in no split, no stage and no score.
        tripwires_digest: SHA-256 over everything in them; stands with trials on them.
    """

    name: str
    version: str
    digest: str
    licence: str
    feedback: Feedback
    stages: tuple[int, ...]
    tasks: tuple[Task, ...]
    tripwires: tuple[Task, ...] = ()
    tripwires_digest: str = ""

    def split(self, split: Split) -> tuple[Task, ...]:
        """Return the tasks of one split, in order."""
        return tuple(task for task in self.tasks if task.split is split)

    def task(self, task_id: str) -> Task:
        """Return one task. Raises KeyError."""
        return {t.task_id: t for t in self.tasks}[task_id]


class Finish(StrEnum):
    """How a trial ended, from a closed set: nothing that an agent or a solution printed."""

    RESOLVED = "resolved"
    TESTS_FAILED = "tests failed"
    EMPTY = "empty answer"
    REFUSED = "answer refused"
    CRASHED = "grading crashed"
    TIMED_OUT = "grading timed out"
    OUT_OF_MEMORY = "grading out of memory"
    TAMPERED = "tampering"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A trial's result, built on the host.

    Args:
        passed, total: tests or calls; `total` is always the number expected.
        failed: ids of what did not pass, in suite order.
        tampering: why the answer is taken as an attempt on the grader; None: no sign of it.
    """

    resolved: bool
    finish: Finish
    passed: int
    total: int
    failed: tuple[str, ...] = ()
    tampering: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A proportion, or the difference of two, with its two-sided interval. A proportion of `n` = 0 gives [0, 1]."""

    estimate: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an agent.toml says, checked: strict fields, at most 16 KiB."""

    name: str
    description: str
    solve: tuple[str, ...]
    improve: tuple[str, ...] | None = None
    test: tuple[str, ...] | None = None
