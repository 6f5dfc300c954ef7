"""What is told of earlier attempts: effects with intervals, reasons, and never more than there is room for."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve.tried import outcome_of, tried_excerpt, tried_table
from dgm.values import Ancestor, Effect, Failure, Focus, FocusKind, Tried

FOCUS = Focus(FocusKind.TASK, "fix-it")
FAILED = Tried(7, 2, FOCUS, "Add a cache.", "+cache", failure=Failure.OWN_TESTS, detail="try 2: exit code 1")
MADE = Tried(8, 2, FOCUS, "Try twice.", "+twice", child_id=5, effect=Effect(3, 5, 10), retained=True)
LINE = (Ancestor(0, "", "", 3, 10), Ancestor(2, "Read the error.", "+read", 4, 10, Effect(3, 4, 10)))


def test_a_failure_is_told_with_its_reason() -> None:
    assert outcome_of(FAILED) == "no child, since its own tests fail (try 2: exit code 1)"


def test_an_effect_is_told_with_n_and_interval() -> None:
    assert outcome_of(MADE) == (
        "which resolved 5 of 10 tasks [0.24 - 0.76] where its parent resolved 3 (P(better) 0.81)"
    )


def test_a_child_that_was_not_kept_as_a_parent_is_told_so() -> None:
    assert outcome_of(replace(MADE, retained=False)).endswith("and it was not kept as a parent")


@pytest.mark.parametrize("effect", [None, Effect(0, 0, 0)])
def test_a_child_without_a_trial_has_no_effect_yet(effect: Effect | None) -> None:
    assert outcome_of(replace(MADE, effect=effect)) == "which is not measured yet"


def test_the_newest_attempts_come_first_and_then_the_lineage() -> None:
    shown = tried_excerpt(LINE, (FAILED, MADE), 2_000)

    assert [shown.index(text) for text in ("Try twice.", "Add a cache.", "Read the error.")] == sorted(
        shown.index(text) for text in ("Try twice.", "Add a cache.", "Read the error.")
    )


def test_the_oldest_are_left_out_where_there_is_no_room() -> None:
    assert "Add a cache." not in tried_excerpt(LINE, (FAILED, MADE), 150)


def test_where_nothing_was_tried_nothing_is_shown() -> None:
    assert tried_excerpt(LINE[:1], (), 1_000) == ""


@given(st.integers(0, 3_000), st.lists(st.text(max_size=900), max_size=6))
def test_an_excerpt_keeps_its_limit(limit: int, proposals: list[str]) -> None:
    tried = tuple(replace(FAILED, attempt_id=i, proposal=text) for i, text in enumerate(proposals))

    assert len(tried_excerpt(LINE, tried, limit)) <= limit


def test_a_table_is_json_with_everything_that_went_wrong() -> None:
    failed, made = json.loads(json.dumps(tried_table((FAILED, MADE))))

    assert (failed["failure"], failed["child"], failed["diff"]) == ("its own tests fail", None, "+cache")
    assert (made["child"], made["effect"]["p_better"], made["may_be_parent"]) == ("a5", 0.807, True)
