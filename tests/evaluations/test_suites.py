import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dgm.errors import SuiteError
from dgm.evaluations import load_suite, suite_from_tree, suite_names, suite_tree
from dgm.values import Tree

SUITE_TOML = """\
name = "mine"
version = "1"
licence = "MIT"
feedback = "ids"
stages = [1]
tasks = ["a-task", "b-task"]
"""

TASK_TOML = """\
allow = ["*.py"]
grader = "pytest"
expected = ["test_x.py::test_x"]
timeout_s = 60
split = "{split}"
difficulty = "easy"
"""


def task_files(task_id: str, split: str) -> dict[str, str]:
    files = {
        "task.toml": TASK_TOML.format(split=split),
        "instruction.md": "Do it.",
        "public/x.py": "x = 0\n",
        "hidden/test_x.py": "from x import x\n\n\ndef test_x():\n    assert x == 1\n",
        "reference/x.py": "x = 1\n",
    }
    return {f"tasks/{task_id}/{path}": text for path, text in files.items()}


FILES = {"suite.toml": SUITE_TOML, **task_files("a-task", "search"), **task_files("b-task", "holdout")}


def suite_with(changed: Mapping[str, str | bytes | None]) -> Tree:
    new = Tree.of({path: text for path, text in changed.items() if text is not None})
    return Tree.of(FILES).with_files({**dict.fromkeys(changed), **new.files})


def test_a_folder_is_a_suite(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    suite = load_suite(str(tmp_path))

    assert (suite.name, [task.task_id for task in suite.tasks]) == ("mine", ["a-task", "b-task"])


def test_a_suite_is_the_same_after_it_was_copied_into_a_run() -> None:
    tree = suite_with({})

    assert suite_from_tree(Tree.from_tar(tree.to_tar())) == suite_from_tree(tree)


def test_the_parts_of_a_task_are_apart() -> None:
    task = suite_from_tree(suite_with({})).tasks[0]

    assert (list(task.public), list(task.hidden), list(task.reference)) == (["x.py"], ["test_x.py"], ["x.py"])


@pytest.mark.parametrize("path", sorted(FILES))
def test_the_digest_covers_every_file(path: str) -> None:
    changed = suite_with({path: FILES[path] + "\n"})

    assert suite_from_tree(changed).digest != suite_from_tree(suite_with({})).digest


def test_caches_do_not_change_the_digest(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(SUITE_TOML)
    before = suite_tree(str(tmp_path)).digest
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("cache")

    assert suite_tree(str(tmp_path)).digest == before


def test_a_symbolic_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(SUITE_TOML)
    (tmp_path / "link").symlink_to("/etc/hostname")

    with pytest.raises(SuiteError, match="not a regular file"):
        suite_tree(str(tmp_path))


def test_a_fifo_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "suite.toml").write_text(SUITE_TOML)
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises(SuiteError, match="not a regular file"):
        suite_tree(str(tmp_path))


def test_an_unknown_suite_is_told_with_those_there_are() -> None:
    with pytest.raises(SuiteError, match=r"'nope'.*humaneval"):
        load_suite("nope")


TASK = "tasks/a-task"
WRONG = {
    "no suite.toml": {"suite.toml": None},
    "not TOML": {"suite.toml": "name ="},
    "TOML that is nested too deep": {"suite.toml": f"x = {'[' * 5_000}"},
    "a number that is too long": {"suite.toml": f"x = {'1' * 5_000}"},
    "not UTF-8": {"suite.toml": b"\xff"},
    "an unknown key": {"suite.toml": SUITE_TOML + "typo = 1\n"},
    "an unknown key in a task": {f"{TASK}/task.toml": TASK_TOML.format(split="search") + "typo = 1\n"},
    "an unknown grader": {f"{TASK}/task.toml": TASK_TOML.format(split="search").replace("pytest", "guess")},
    "a task id with a slash": {"suite.toml": SUITE_TOML.replace("a-task", "../a-task")},
    "no instruction": {f"{TASK}/instruction.md": None},
    "nothing hidden": {f"{TASK}/hidden/test_x.py": None},
    "no reference": {f"{TASK}/reference/x.py": None},
    "no holdout task": {"tasks/b-task/task.toml": TASK_TOML.format(split="search")},
    "a task twice": {"suite.toml": SUITE_TOML.replace('"b-task"', '"a-task", "b-task"')},
    "an unlisted task": {"tasks/c-task/task.toml": TASK_TOML.format(split="search")},
    "a stage larger than the search split": {"suite.toml": SUITE_TOML.replace("[1]", "[1, 2]")},
    "stages that do not ascend": {"suite.toml": SUITE_TOML.replace("[1]", "[1, 1]")},
    "a module named like a standard one": {f"{TASK}/public/json.py": ""},
    "a path of git": {f"{TASK}/public/.gitignore": ""},
    "a path that no sandbox hands over": {f"{TASK}/public/a\\b": ""},
    "an id twice": {
        f"{TASK}/task.toml": TASK_TOML.format(split="search").replace(
            '["test_x.py::test_x"]', '["test_x.py::test_x", "test_x.py::test_x"]'
        )
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_a_suite_that_is_wrong_is_an_error(name: str) -> None:
    with pytest.raises(SuiteError):
        suite_from_tree(suite_with(WRONG[name]))


def test_both_shipped_suites_are_listed() -> None:
    assert suite_names() == ("humaneval", "repair", "tripwires")
