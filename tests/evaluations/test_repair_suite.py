"""The shipped suite `repair`: its shape, and that its tasks can be trusted."""

from collections import Counter
from functools import cache
from pathlib import PurePosixPath

import pytest

from dgm.evaluations import check_suite, load_suite, police_answer
from dgm.evaluations.policy import overlay
from dgm.ports import Sandbox
from dgm.values import Collected, Grader, Split, Suite, Task, Tree

DEMO_TASKS = 6
DEMO_LINES = 90
LINES = range(25, 251)
FILES = range(3, 11)  # Python files, the README, tests and examples
SHORTEST_TELLING_LINE = 25


@cache
def suite() -> Suite:
    return load_suite("repair")


@pytest.fixture(params=[task.task_id for task in suite().tasks])
def task(request: pytest.FixtureRequest) -> Task:
    return suite().task(request.param)


def lines(tree: Tree) -> int:
    return sum(len(tree.text(path).splitlines()) for path in tree)


def share_of_hard(split: Split) -> float:
    tasks = suite().split(split)
    return sum(task.difficulty == "hard" for task in tasks) / len(tasks)


def test_it_has_enough_tasks_of_each_difficulty():
    counts = Counter(task.difficulty for task in suite().tasks)

    assert counts["easy"] >= 6
    assert counts["medium"] >= 7
    assert counts["hard"] >= 5


def test_a_third_of_it_is_held_out():
    share = len(suite().split(Split.HOLDOUT)) / len(suite().tasks)

    assert 0.3 <= share <= 0.4


def test_both_splits_have_the_same_mix_of_difficulty():
    assert abs(share_of_hard(Split.SEARCH) - share_of_hard(Split.HOLDOUT)) < 0.1


def test_stages_end_with_the_whole_search_split():
    assert suite().stages == (3, DEMO_TASKS, len(suite().split(Split.SEARCH)))


def test_the_first_tasks_are_short():
    first = suite().split(Split.SEARCH)[:DEMO_TASKS]

    assert {task.task_id: lines(task.public) for task in first if lines(task.public) > DEMO_LINES} == {}


def test_the_first_tasks_are_of_every_difficulty():
    assert {task.difficulty for task in suite().split(Split.SEARCH)[:DEMO_TASKS]} == {"easy", "medium", "hard"}


def test_some_tasks_are_graded_outside_the_answers_process():
    assert sum(task.grader is not Grader.PYTEST for task in suite().tasks) >= 3


def test_a_repository_is_small_and_has_several_files(task: Task):
    assert lines(task.public) in LINES
    assert len(task.public.files) in FILES


def test_hidden_checks_are_neither_few_nor_many(task: Task):
    assert 4 <= len(task.expected) <= 10


def test_the_reference_is_within_what_the_task_allows(task: Task):
    answer = police_answer(task.public, Collected(overlay(task.public, task.reference)), task.allow)

    assert (answer.refused, answer.dropped) == (None, ())


def test_the_reference_changes_every_file_it_brings(task: Task):
    assert [path for path in task.reference if task.public.files.get(path) == task.reference[path]] == []


def test_a_hard_task_needs_several_files(task: Task):
    needed = 3 if task.difficulty == "hard" else 1

    assert len(task.reference.files) >= needed


def test_an_easy_task_is_one_file(task: Task):
    assert task.difficulty != "easy" or len(task.reference.files) == 1


def test_nothing_hidden_stands_in_the_public_part(task: Task):
    public = "\n".join([task.instruction, *(task.public.text(path) for path in task.public)])
    hidden = {line.strip() for path in task.hidden for line in task.hidden.text(path).splitlines()}
    telling = {
        line for line in hidden if len(line) >= SHORTEST_TELLING_LINE and line.startswith(("def ", "assert ", "{"))
    }

    assert [line for line in telling if line in public] == []


def test_the_instruction_shows_no_line_of_the_reference(task: Task):
    old = {line.strip() for path in task.public for line in task.public.text(path).splitlines()}
    new = {line.strip() for path in task.reference for line in task.reference.text(path).splitlines()} - old

    assert [line for line in new if len(line) >= SHORTEST_TELLING_LINE and line in task.instruction] == []


def test_every_public_file_is_text_in_lines_of_house_width(task: Task):
    wide = [path for path in task.public if any(len(line) > 120 for line in task.public.text(path).splitlines())]

    assert wide == []


def test_a_package_is_called_like_no_other(task: Task):
    packages = [PurePosixPath(each.allow[0]).parts[0] for each in suite().tasks]

    assert packages.count(PurePosixPath(task.allow[0]).parts[0]) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_references_pass_and_untouched_files_fail(bubblewrap: Sandbox):
    checks = check_suite(suite(), bubblewrap)

    assert {check.task_id: check.reason for check in checks if not check.trusted} == {}
