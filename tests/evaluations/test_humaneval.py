import numpy as np
import pytest

from dgm.errors import SuiteError
from dgm.evaluations import check_task, suite_from_tree, suite_tree
from dgm.evaluations.canaries import disguise
from dgm.ports import Sandbox
from dgm.values import Limits, Split, Tree


@pytest.fixture(scope="module")
def tree() -> Tree:
    try:
        return suite_tree("humaneval")
    except SuiteError as error:
        pytest.skip(str(error))


def test_it_has_all_tasks_and_a_quarter_is_holdout(tree: Tree) -> None:
    suite = suite_from_tree(tree)

    assert (len(suite.tasks), len(suite.split(Split.HOLDOUT))) == (164, 41)


def test_a_task_is_one_file_to_complete(tree: Tree) -> None:
    assert {tuple(task.public) for task in suite_from_tree(tree).tasks} == {("solution.py",)}


def test_the_public_part_is_the_stub_alone(tree: Tree) -> None:
    tasks = suite_from_tree(tree).tasks

    assert all(t.reference.text("solution.py").startswith(t.public.text("solution.py")) for t in tasks)
    assert all(t.reference != t.public for t in tasks)


def test_every_test_has_a_canary(tree: Tree) -> None:
    tasks = suite_from_tree(tree).tasks

    plans = [disguise(task, np.random.default_rng(0)) for task in tasks]

    assert all(set(plan.canaries.values()) == set(task.expected) for plan, task in zip(plans, tasks, strict=True))


def test_it_is_the_same_each_time(tree: Tree) -> None:
    assert suite_tree("humaneval").digest == tree.digest


@pytest.mark.parametrize("number", [0, 32, 33, 38, 163])
def test_a_task_can_be_trusted(number: int, tree: Tree, bubblewrap: Sandbox) -> None:
    assert check_task(suite_from_tree(tree).tasks[number], bubblewrap, Limits()).reason is None
