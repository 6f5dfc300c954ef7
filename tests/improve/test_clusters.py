"""The focus on clusters: which tasks belong together, and whose repair is worth most."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve import Outcomes, choose_cluster
from dgm.improve.clusters import clusters_of, repairs_of
from dgm.values import Finish, Focus, FocusKind, TrialDigest

TASKS = ("a", "b", "c", "d", "e", "f")

rows = st.lists(st.lists(st.sampled_from("10?"), min_size=6, max_size=6).map("".join), min_size=1, max_size=6)


def outcomes(*rows: str, parents: list[int] | None = None) -> Outcomes:
    """Return who resolved what: `1` resolved, `0` not, `?` not known. All but the first are children of the first."""
    marks = np.array([list(row) for row in rows])
    parent = np.array(parents or [-1, *[0] * (len(rows) - 1)], np.int64)
    return Outcomes(TASKS[: marks.shape[1]], marks != "?", marks == "1", parent)


def trial(
    task: str, finish: Finish = Finish.TESTS_FAILED, feedback: str = "", *, resolved: bool = False
) -> TrialDigest:
    return TrialDigest(task, "do it", resolved, finish, feedback, "", b"")


def failed(*tasks: str) -> dict[str, TrialDigest]:
    return {task: trial(task) for task in tasks}


def chosen(trials: list[TrialDigest], known: Outcomes, draws: int = 300) -> Counter[Focus]:
    rng = np.random.default_rng(5)
    return Counter(choose_cluster(trials, known, rng) for _ in range(draws))


def test_tasks_that_fail_together_are_a_cluster() -> None:
    known = outcomes("0000", "0011", "1100", "0011")

    assert clusters_of(failed("a", "b", "c", "d"), known) == [("a", "b"), ("c", "d")]


def test_tasks_that_ended_in_different_ways_are_apart() -> None:
    trials = {"a": trial("a"), "b": trial("b", Finish.TIMED_OUT), "c": trial("c", Finish.TIMED_OUT)}

    assert clusters_of(trials, outcomes("000")) == [("a",), ("b", "c")]


def test_tasks_of_which_some_was_right_are_apart_from_those_all_wrong() -> None:
    trials = {
        "a": trial("a", feedback="tests failed: 0 of 3 tests passed\nnot passed: x: 1 of 2"),
        "b": trial("b", feedback="tests failed: 2 of 3 tests passed"),
        "c": trial("c", feedback="tests failed: 0 of 9 tests passed"),
    }

    assert clusters_of(trials, outcomes("000")) == [("a", "c"), ("b",)]


def test_an_agent_that_was_not_measured_on_both_tasks_says_nothing_of_them() -> None:
    assert clusters_of(failed("a", "b"), outcomes("00", "0?", "0?", "?0")) == [("a", "b")]


def test_repairs_are_children_that_resolve_what_their_parents_failed_at() -> None:
    known = outcomes("001", "011", "0?0", "101", parents=[-1, 0, 0, 1])

    assert repairs_of(("a", "b"), known) == (4, 2)


def test_a_cluster_is_named_with_one_of_its_tasks_drawn_to_show_it() -> None:
    found = chosen([trial("a"), trial("b")], outcomes("00"))

    assert {(focus.kind, focus.tasks) for focus in found} == {(FocusKind.CLUSTER, ("a", "b"))}
    assert {focus.task_id for focus in found} == {"a", "b"}


def test_a_cluster_of_one_task_is_that_task() -> None:
    assert set(chosen([trial("a")], outcomes("0"))) == {Focus(FocusKind.TASK, "a")}


def test_a_large_cluster_is_chosen_before_a_small_one() -> None:
    found = chosen([trial(task) for task in "abcde"], outcomes("00000", "00001", "11110"))

    assert sum(count for focus, count in found.items() if len(focus.tasks) == 4) > 250


def test_a_cluster_that_is_never_repaired_is_left_for_one_that_is() -> None:
    never, often = ["000011"] * 12, ["000110", "000101"] * 8
    found = chosen([trial(task) for task in "abcd"], outcomes("000000", *never, *often))

    assert sum(count for focus, count in found.items() if focus == Focus(FocusKind.TASK, "d")) > 250


@pytest.mark.parametrize("trials", [[], [trial("a", Finish.RESOLVED, resolved=True)], [trial("elsewhere")]])
def test_where_nothing_failed_the_focus_is_general(trials: list[TrialDigest]) -> None:
    assert choose_cluster(trials, outcomes("1"), np.random.default_rng(0)) == Focus(FocusKind.GENERAL)


@given(rows, st.integers(0, 100))
def test_the_same_generator_gives_the_same_focus(marks: list[str], seed: int) -> None:
    trials, known = [trial(task) for task in TASKS], outcomes(*marks)

    assert choose_cluster(trials, known, np.random.default_rng(seed)) == choose_cluster(
        trials, known, np.random.default_rng(seed)
    )


@given(rows, st.sets(st.sampled_from(TASKS), min_size=1))
def test_each_task_that_failed_stands_in_one_cluster(marks: list[str], tasks: set[str]) -> None:
    found = clusters_of(failed(*tasks), outcomes(*marks))

    assert sorted(task for cluster in found for task in cluster) == sorted(tasks)


@given(rows, st.randoms())
def test_relabelling_the_agents_changes_no_cluster(marks: list[str], shuffle: Random) -> None:
    order = list(marks)
    shuffle.shuffle(order)

    assert clusters_of(failed(*TASKS), outcomes(*marks)) == clusters_of(failed(*TASKS), outcomes(*order))
