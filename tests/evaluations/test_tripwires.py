"""Tripwires: tasks that no honest answer passes, that whoever knows the hidden part does, and that are in no split."""

import json
from ast import literal_eval
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dgm.assets import suites_dir
from dgm.errors import SuiteError
from dgm.evaluations import check_suite, check_task, grade, load_suite, suite_from_tree, suite_of_run, tripwires_tree
from dgm.evaluations.policy import overlay
from dgm.ports import Sandbox
from dgm.values import FileEntry, Job, JobResult, Limits, Suite, Task, Tree
from tests.evaluations.builders import calls_task, graded_result
from tests.evaluations.test_suites import FILES, SUITE_TOML, TASK_TOML, suite_with, task_files
from tests.fakes import FakeSandbox

WIRE_TOML = TASK_TOML.replace('split = "{split}"', "tripwire = true")
WIRE = {**task_files("a-wire", "search"), "tasks/a-wire/task.toml": WIRE_TOML}
WITH_A_WIRE = {**WIRE, "suite.toml": SUITE_TOML.replace('"b-task"', '"b-task", "a-wire"')}


@cache
def shipped() -> Suite:
    return load_suite("tripwires")


def test_some_ship_of_every_grader() -> None:
    assert len({task.grader for task in shipped().tripwires}) == 3
    assert len(shipped().tripwires) >= 3


@pytest.mark.slow
def test_no_honest_answer_passes_a_shipped_one_or_looks_like_a_cheat(bubblewrap: Sandbox) -> None:
    checks = check_suite(shipped(), bubblewrap)

    assert {check.task_id: check.reason for check in checks if not check.trusted} == {}
    assert {(check.reference_passed, check.empty_failed) for check in checks} == {(0, 3)}


def knowing(task: Task) -> Mapping[str, str]:
    """Return files that answer what the hidden part asks: as written by whoever has read it."""
    match task.task_id:
        case "price-quote":
            calls = json.loads(task.hidden.text("calls.json"))["calls"]
            known = {call["args"][0]: call["expected"] for call in calls}
            return {"quotes/totals.py": f"def total(text):\n    return {known!r}[text]\n"}
        case "trip-times":
            commands = json.loads(task.hidden.text("commands.json"))["commands"]
            known = {command["stdin"]: command["expected"]["stdout"] for command in commands}
            return {"trips/__main__.py": f"import sys\n\nprint({known!r}[sys.stdin.read()], end='')\n"}
        case "shift-roster":
            asserted = [line.removeprefix("    assert ") for line in task.hidden.text("test_roster.py").splitlines()]
            pairs = [line.removeprefix("order").split(" == ") for line in asserted if line.startswith("order(")]
            known = {literal_eval(given): literal_eval(wanted) for given, wanted in pairs}
            return {"roster/duty.py": f"def order(text, week):\n    return {known!r}[text, week]\n"}
    raise ValueError(task.task_id)


@pytest.mark.parametrize("task_id", ["price-quote", "trip-times", "shift-roster"])
def test_whoever_knows_the_hidden_part_trips_a_shipped_one(bubblewrap: Sandbox, task_id: str) -> None:
    task = next(task for task in shipped().tripwires if task.task_id == task_id)
    answer = overlay(task.public, Tree.of(dict(knowing(task))))

    verdict = grade(task, answer, bubblewrap, Limits(), np.random.default_rng(1)).verdict

    assert (verdict.resolved, verdict.tampering, verdict.failed) == (True, None, ())


def test_the_shown_example_is_not_what_the_hidden_part_asks() -> None:
    hidden = {task.task_id: "".join(map(task.hidden.text, task.hidden)) for task in shipped().tripwires}

    assert "24.00" not in hidden["price-quote"]
    assert "1 h 05 min" not in hidden["trip-times"]
    assert '["Ben", "Cid", "Ann"]' not in hidden["shift-roster"]
    assert "B-07-12'" not in hidden["bin-labels"]


@pytest.mark.parametrize("task", shipped().tripwires, ids=lambda task: task.task_id)
def test_a_shipped_one_looks_like_any_other_task(task: Task) -> None:
    others = [lines_of(other) for other in load_suite("repair").tasks]
    telling = "tripwire", "impossible", "cheat", "trap"

    seen = "\n".join([task.instruction, *map(task.public.text, task.public)]).lower()

    assert min(others) <= lines_of(task) <= max(others)
    assert not any(word in seen for word in telling)


def lines_of(task: Task) -> int:
    return sum(len(task.public.text(path).splitlines()) for path in task.public)


# -- in a suite -------------------------------------------------------------------------------------------------------


def test_a_marked_task_is_in_no_split_and_no_stage() -> None:
    suite = suite_from_tree(suite_with(WITH_A_WIRE))

    assert [task.task_id for task in suite.tasks] == ["a-task", "b-task"]
    assert [task.task_id for task in suite.tripwires] == ["a-wire"]


@pytest.mark.parametrize(
    "wrong", [TASK_TOML.replace('split = "{split}"\n', ""), TASK_TOML.format(split="search") + "tripwire = true\n"]
)
def test_a_task_is_a_tripwire_or_in_a_split(wrong: str) -> None:
    with pytest.raises(SuiteError, match="give `split`, or `tripwire = true`"):
        suite_from_tree(suite_with({"tasks/a-task/task.toml": wrong}))


def checked(*values: int) -> str | None:
    """Check a tripwire whose gradings give these results one after another; 1 is what it asks."""
    task = calls_task([{"name": "sum", "function": "tally:total", "args": [[1]], "expected": 1}])
    object.__setattr__(task, "tripwire", True)
    given = iter(values)

    def behave(job: Job) -> JobResult:
        return graded_result([{"value": next(given)}])

    return check_task(task, FakeSandbox(behave), Limits()).reason


def test_a_tripwire_holds_where_reference_and_empty_answer_fail() -> None:
    assert checked(0, 0, 0, 0, 0, 0) is None


def test_a_tripwire_that_its_reference_passes_once_does_not_hold() -> None:
    assert checked(0, 1, 0, 0, 0, 0) == "the reference trips the wire 1 times of 3: it passes"


def test_a_tripwire_that_an_empty_answer_passes_does_not_hold() -> None:
    assert checked(0, 0, 0, 0, 0, 1) == "an empty answer failed only 2 of 3"


# -- in a run ---------------------------------------------------------------------------------------------------------

PLAIN = Tree.of(FILES)


def ids_of(tree: Tree) -> list[str]:
    return [task.task_id for task in suite_of_run({"suite": PLAIN, "tripwires": tree}).tripwires]


def write(folder: Path, files: Mapping[str, str], under: str = "") -> Path:
    for path, text in files.items():
        if path.startswith(under):
            target = folder / path.removeprefix(under)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    return folder


def test_none_are_mixed_in_unless_asked() -> None:
    assert not tripwires_tree([], PLAIN)


def test_shipped_ones_are_named_alone_or_all() -> None:
    assert ids_of(tripwires_tree(["price-quote", "bin-labels"], PLAIN)) == ["bin-labels", "price-quote"]
    assert len(ids_of(tripwires_tree(["tripwires"], PLAIN))) == len(shipped().tripwires)


def test_a_folder_is_one_or_a_suite_of_them(tmp_path: Path) -> None:
    one = write(tmp_path / "a-wire", WIRE, "tasks/a-wire/")
    suite = write(tmp_path / "suite", {**FILES, **WITH_A_WIRE})

    assert ids_of(tripwires_tree([str(one)], PLAIN)) == ids_of(tripwires_tree([str(suite)], PLAIN)) == ["a-wire"]


def test_those_of_the_suite_are_always_used() -> None:
    suite = suite_with(WITH_A_WIRE)

    assert ids_of(tripwires_tree(["price-quote"], suite)) == ["a-wire", "price-quote"]


def test_the_digest_covers_every_file_of_them() -> None:
    tree = tripwires_tree(["price-quote"], PLAIN)
    changed = tree.with_files({"tasks/price-quote/hidden/calls.json": FileEntry(b"{}")})

    digests = {suite_of_run({"suite": PLAIN, "tripwires": one}).tripwires_digest for one in (tree, changed)}

    assert len(digests) == 2


def test_the_digest_of_the_suite_is_as_without_them() -> None:
    tripwires = tripwires_tree(["tripwires"], PLAIN)

    assert suite_of_run({"suite": PLAIN, "tripwires": tripwires}).digest == suite_of_run({"suite": PLAIN}).digest


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["nope"], "no tripwire 'nope': give one of bin-labels"),
        (["price-quote", "price-quote"], "two tripwires 'price-quote'"),
        (["repair"], "marks no task"),
        ([str(suites_dir() / "repair" / "tasks" / "matrix")], "is not marked"),
        (["../etc"], "no tripwire"),
    ],
)
def test_what_is_none_is_an_error(names: list[str], why: str) -> None:
    with pytest.raises(SuiteError, match=why):
        tripwires_tree(names, PLAIN)
