from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve import choose_focus
from dgm.values import Finish, Focus, FocusKind, TrialDigest

OVERFLOW = b'{"status": "context overflow"}\n'
FINE = b'{"status": "ok"}\n'


def trial(
    task_id: str = "t", *, resolved: bool = False, finish: Finish = Finish.TESTS_FAILED, transcript: bytes = b""
) -> TrialDigest:
    return TrialDigest(task_id, "do it", resolved, finish, "", "", transcript)


def shares(trials: list[TrialDigest], draws: int = 4000) -> dict[FocusKind, float]:
    rng = np.random.default_rng(7)
    counts = Counter(choose_focus(trials, rng).kind for _ in range(draws))
    return {kind: counts[kind] / draws for kind in FocusKind}


digests = st.builds(
    trial,
    st.sampled_from(["a", "b", "c"]),
    resolved=st.booleans(),
    finish=st.sampled_from(Finish),
    transcript=st.sampled_from([b"", OVERFLOW, OVERFLOW * 2, OVERFLOW + FINE + OVERFLOW, b"\xff{[\n"]),
)


def test_without_trials_the_focus_is_general() -> None:
    assert choose_focus([], np.random.default_rng(0)) == Focus(FocusKind.GENERAL)


def test_an_unresolved_task_is_the_focus_three_times_in_four() -> None:
    found = shares([trial()])

    assert found[FocusKind.TASK] == pytest.approx(0.75, abs=0.03)
    assert found[FocusKind.INSTABILITY] == pytest.approx(0.25, abs=0.03)


def test_empty_answers_come_first() -> None:
    found = shares([trial(finish=Finish.EMPTY), *[trial()] * 9])

    assert found[FocusKind.EMPTY_ANSWERS] == pytest.approx(0.25, abs=0.03)
    assert found[FocusKind.INSTABILITY] == pytest.approx(0.75 * 0.25, abs=0.03)


def test_fewer_than_a_tenth_of_empty_answers_are_no_focus() -> None:
    found = shares([trial(finish=Finish.EMPTY), *[trial()] * 10], draws=400)

    assert found[FocusKind.EMPTY_ANSWERS] == 0


def test_two_overflows_in_a_row_can_be_the_focus() -> None:
    found = shares([trial(transcript=FINE + OVERFLOW * 2)])

    assert found[FocusKind.CONTEXT_OVERFLOW] == pytest.approx(0.75 * 0.25, abs=0.03)


def test_two_overflows_apart_are_no_focus() -> None:
    found = shares([trial(transcript=OVERFLOW + FINE + OVERFLOW)], draws=400)

    assert found[FocusKind.CONTEXT_OVERFLOW] == 0


def test_the_words_of_an_overflow_in_an_answer_are_no_overflow() -> None:
    said = b'{"status": "ok", "response": "context overflow, context overflow"}\n'

    assert shares([trial(transcript=said * 2)], draws=400)[FocusKind.CONTEXT_OVERFLOW] == 0


def test_with_everything_resolved_the_focus_is_general_or_instability() -> None:
    found = shares([trial(resolved=True, finish=Finish.RESOLVED)])

    assert found[FocusKind.GENERAL] == pytest.approx(0.75, abs=0.03)
    assert found[FocusKind.GENERAL] + found[FocusKind.INSTABILITY] == 1


def test_unresolved_tasks_are_drawn_uniformly() -> None:
    rng = np.random.default_rng(3)
    trials = [trial("a"), trial("a"), trial("b"), trial("c", resolved=True)]

    counts = Counter(choose_focus(trials, rng).task_id for _ in range(4000))

    assert counts["c"] == 0
    assert counts["a"] == pytest.approx(counts["b"], rel=0.1)


@given(st.lists(digests, max_size=12), st.integers(0, 1000))
def test_a_task_in_focus_is_unresolved(trials: list[TrialDigest], seed: int) -> None:
    focus = choose_focus(trials, np.random.default_rng(seed))

    unresolved = {each.task_id for each in trials if not each.resolved}
    assert (focus.task_id in unresolved) == (focus.kind is FocusKind.TASK)


@given(st.lists(digests, max_size=12), st.integers(0, 1000))
def test_the_same_generator_gives_the_same_focus(trials: list[TrialDigest], seed: int) -> None:
    first = choose_focus(trials, np.random.default_rng(seed))

    assert first == choose_focus(trials, np.random.default_rng(seed))
