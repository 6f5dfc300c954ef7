"""Suites: read from a folder or made by code, checked strictly, identified by the digest of all their files.

`docs/suites.md` describes the files. What a task's answer must do is not judged here: see `check`.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from dgm.assets import read_folder, suites_dir
from dgm.errors import ConfigError, SuiteError
from dgm.evaluations import humaneval
from dgm.evaluations.policy import is_cache, shadows_a_module
from dgm.values import Feedback, Grader, Split, Suite, Task, Tree, path_fault

SUITE_FILE = "suite.toml"
MAX_SUITE_BYTES = 64 << 20

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Model = TypeVar("Model", bound=BaseModel)


class SuiteFile(BaseModel):
    """`suite.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    """The suite's name."""
    version: str = Field(min_length=1)
    """Changed by hand when a task changes its meaning; the digest tells every change."""
    licence: str = Field(min_length=1)
    """SPDX identifier."""
    feedback: Feedback
    """What of a verdict an improving agent may learn."""
    stages: list[Annotated[int, Field(ge=1)]]
    """Ascending sizes of prefixes of the search split."""
    tasks: list[Id] = Field(min_length=1)
    """Every task once, in order."""


class TaskFile(BaseModel):
    """`task.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    allow: list[str] = Field(min_length=1)
    """Globs of the paths that an answer may change."""
    grader: Grader
    """How an answer is judged."""
    expected: list[str] = Field(min_length=1)
    """Ids of the tests, or names of the calls, that must all pass."""
    timeout_s: float = Field(gt=0)
    """For solving, in seconds."""
    grading_timeout_s: float = Field(default=60.0, gt=0)
    """For grading, in seconds."""
    split: Split | None = None
    """Whether it steers a search or is kept for the final confirmation; a tripwire does neither."""
    tripwire: bool = False
    """Whether no honest answer passes: whoever does is under suspicion."""
    difficulty: str = Field(pattern=r"^(easy|medium|hard)$")
    """For people."""

    @model_validator(mode="after")
    def _a_tripwire_is_in_no_split(self) -> Self:
        if self.tripwire == (self.split is not None):
            raise ValueError("give `split`, or `tripwire = true`, and not both")
        return self


def suite_names() -> tuple[str, ...]:
    """Return the names of the suites that ship, sorted."""
    shipped = [path.parent.name for path in suites_dir().glob(f"*/{SUITE_FILE}")]
    return tuple(sorted({*shipped, humaneval.NAME}))


def load_suite(name_or_path: str) -> Suite:
    """Load a shipped suite by name, or any folder that holds a `suite.toml`.

    Raises:
        SuiteError: there is none, or one of its files is wrong.
    """
    return suite_from_tree(suite_tree(name_or_path))


def suite_tree(name_or_path: str) -> Tree:
    """Return everything that a suite's digest covers, to be copied into a run. Raises SuiteError."""
    if name_or_path == humaneval.NAME:
        return humaneval.suite_tree()
    shipped = "/" not in name_or_path and name_or_path in suite_names()
    folder = suites_dir() / name_or_path if shipped else Path(name_or_path)
    if not (folder / SUITE_FILE).is_file():
        raise SuiteError(
            f"no suite {name_or_path!r}: give one of {', '.join(suite_names())}, "
            f"or the path of a folder that holds a {SUITE_FILE}"
        )
    try:
        return read_folder(folder, max_bytes=MAX_SUITE_BYTES, is_left_out=is_cache)
    except ConfigError as error:
        raise SuiteError(f"the suite {name_or_path!r} cannot be read: {error}") from error


def suite_from_tree(tree: Tree) -> Suite:
    """Build a suite from its files. Raises SuiteError naming the file and what is wrong in it."""
    head = _parse(SuiteFile, tree, SUITE_FILE)
    tasks = [read_task(head.name, task_id, tree.under(f"tasks/{task_id}")) for task_id in head.tasks]
    tripwires = tuple(task for task in tasks if task.tripwire)
    suite = Suite(
        name=head.name,
        version=head.version,
        digest=tree.digest,
        licence=head.licence,
        feedback=head.feedback,
        stages=tuple(head.stages),
        tasks=tuple(task for task in tasks if not task.tripwire),
        tripwires=tripwires,
        tripwires_digest=tree.digest if tripwires else "",
    )
    _check_whole(suite, tree)
    return suite


def read_task(suite: str, task_id: str, tree: Tree) -> Task:
    """Build a task from its folder's files. Raises SuiteError naming the file and what is wrong in it."""
    where = f"tasks/{task_id}"
    file = _parse(TaskFile, tree, "task.toml", where)
    if "instruction.md" not in tree:
        raise SuiteError(f"{where}/instruction.md is missing: write there what a user would ask for")
    task = Task(
        task_id=task_id,
        suite=suite,
        instruction=tree.text("instruction.md"),
        public=tree.under("public"),
        hidden=tree.under("hidden"),
        reference=tree.under("reference"),
        allow=tuple(file.allow),
        grader=file.grader,
        expected=tuple(file.expected),
        timeout_s=file.timeout_s,
        split=file.split or Split.HOLDOUT,
        tripwire=file.tripwire,
        difficulty=file.difficulty,
        grading_timeout_s=file.grading_timeout_s,
    )
    _check_task(task, where)
    return task


def _check_task(task: Task, where: str) -> None:
    if len(set(task.expected)) != len(task.expected):
        raise SuiteError(f"{where}/task.toml: an expected id stands there twice")
    for part in ("hidden", "reference"):
        if not getattr(task, part):
            raise SuiteError(f"{where}/{part} is empty: without it the task cannot be graded or trusted")
    for path in task.public:
        if shadows_a_module(path):
            raise SuiteError(f"{where}/public/{path} bears the name of a standard module or of pytest's: rename it")
        if fault := path_fault(path):
            raise SuiteError(f"{where}/public/{path} could not come back from a sandbox: {fault.value}. Rename it")


def _check_whole(suite: Suite, tree: Tree) -> None:
    ids = [task.task_id for task in (*suite.tasks, *suite.tripwires)]
    if len(set(ids)) != len(ids):
        raise SuiteError(f"{SUITE_FILE}: a task stands twice in `tasks`")
    unlisted = {path.split("/")[1] for path in tree if path.startswith("tasks/")} - set(ids)
    if unlisted:
        raise SuiteError(f"{SUITE_FILE}: tasks/{min(unlisted)} is not listed in `tasks`: list or remove it")
    for split in Split:
        if not suite.split(split) and (suite.tasks or not suite.tripwires):
            raise SuiteError(f"suite {suite.name!r} has no {split.value} task: give one at least")
    if list(suite.stages) != sorted(set(suite.stages)) or max(suite.stages, default=0) > len(suite.split(Split.SEARCH)):
        raise SuiteError(f"{SUITE_FILE}: `stages` ascend, up to the number of search tasks")


def _parse(model: type[Model], tree: Tree, path: str, where: str = "") -> Model:
    shown = f"{where}/{path}" if where else path
    if path not in tree:
        raise SuiteError(f"{shown} is missing: docs/suites.md describes it")
    try:
        return model.model_validate(_read_toml(tree[path].data, shown))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SuiteError(f"{shown} is wrong: {wrong}. docs/suites.md lists every key") from error


def _read_toml(data: bytes, shown: str) -> dict[str, object]:
    """Read TOML. `tomllib` also fails with RecursionError on deep nesting and ValueError on giant numbers."""
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise SuiteError(f"{shown} is not TOML in UTF-8: {error}. Correct it.") from error
