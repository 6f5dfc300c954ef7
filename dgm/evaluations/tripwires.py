"""Tripwires of a run: those that its suite marks, and those that the user mixes in, copied and hashed as one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dgm.assets import read_folder, suites_dir
from dgm.errors import ConfigError, SuiteError
from dgm.evaluations.policy import is_cache
from dgm.evaluations.suites import (
    ID_PATTERN,
    MAX_SUITE_BYTES,
    SUITE_FILE,
    read_task,
    suite_from_tree,
    suite_names,
    suite_tree,
)
from dgm.values import Suite, Tree

SHIPPED = "tripwires"
TASK_FILE = "task.toml"
SUITE, TRIPWIRES = "suite", "tripwires"
"""What the copies in a run are called."""


def tripwires_tree(names: Sequence[str], suite: Tree) -> Tree:
    """Return the tripwires of a run: `tasks/<id>/...`, as a suite has them; empty where there are none.

    Args:
        names: of shipped tripwires or suites, or paths of folders that hold a `task.toml` or a `suite.toml`.
        suite: the run's, whose own tripwires come first.

    Raises:
        SuiteError: one does not exist, is not marked as a tripwire, or bears the name of another.
    """
    found: dict[str, Tree] = dict(_marked(suite))
    for name in names:
        for task_id, task in _named(name):
            if task_id in found:
                raise SuiteError(f"suite.tripwires: there are two tripwires {task_id!r}: name each once")
            found[task_id] = task
    files = {f"tasks/{task_id}/{path}": task[path] for task_id, task in found.items() for path in task}
    return Tree(files)


def suite_of_run(assets: Mapping[str, Tree]) -> Suite:
    """Return the suite of a run from its copies, with its tripwires. Raises SuiteError."""
    suite = suite_from_tree(assets[SUITE])
    tree = assets.get(TRIPWIRES)
    if tree is None:
        return suite
    ids = sorted({path.split("/")[1] for path in tree})
    tripwires = tuple(read_task(SHIPPED, task_id, tree.under(f"tasks/{task_id}")) for task_id in ids)
    return replace(suite, tripwires=tripwires, tripwires_digest=tree.digest)


def _marked(suite: Tree) -> Iterator[tuple[str, Tree]]:
    for task in suite_from_tree(suite).tripwires:
        yield task.task_id, suite.under(f"tasks/{task.task_id}")


def _named(name: str) -> Iterator[tuple[str, Tree]]:
    shipped = suites_dir() / SHIPPED / "tasks" / name
    folder = shipped if "/" not in name and (shipped / TASK_FILE).is_file() else Path(name)
    if (folder / TASK_FILE).is_file():
        yield _one(folder, name)
        return
    if name not in suite_names() and not (folder / SUITE_FILE).is_file():
        raise SuiteError(
            f"suite.tripwires: no tripwire {name!r}: give one of {', '.join(_shipped())}, {SHIPPED!r} for all of them, "
            f"or the path of a folder that holds a {TASK_FILE} or a {SUITE_FILE}"
        )
    marked = list(_marked(suite_tree(name)))
    if not marked:
        raise SuiteError(f"suite.tripwires: the suite {name!r} marks no task as a tripwire")
    yield from marked


def _one(folder: Path, name: str) -> tuple[str, Tree]:
    task_id = folder.resolve().name
    if not re.match(ID_PATTERN, task_id):
        raise SuiteError(f"suite.tripwires: the folder {task_id!r} needs a name of letters, digits, `-` and `_`")
    try:
        tree = read_folder(folder, max_bytes=MAX_SUITE_BYTES, is_left_out=is_cache)
    except ConfigError as error:
        raise SuiteError(f"the tripwire {name!r} cannot be read: {error}") from error
    if not read_task(SHIPPED, task_id, tree).tripwire:
        raise SuiteError(f"suite.tripwires: {name!r} is not marked: its {TASK_FILE} needs `tripwire = true`")
    return task_id, tree


def _shipped() -> list[str]:
    return sorted(path.parent.name for path in (suites_dir() / SHIPPED / "tasks").glob(f"*/{TASK_FILE}"))
