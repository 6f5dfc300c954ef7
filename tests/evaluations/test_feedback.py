from dgm.evaluations import public_feedback, public_finish
from dgm.values import Feedback, Finish, Verdict

FAILED = Verdict(False, Finish.TESTS_FAILED, 1, 3, ("t.py::test_b", "t.py::test_c"))
TAMPERED = Verdict(False, Finish.TAMPERED, 0, 3, ("a",), "a test was skipped")


def test_none_tells_only_that_it_is_not_resolved() -> None:
    assert public_feedback(FAILED, Feedback.NONE) == "not resolved"


def test_none_tells_that_an_answer_was_empty() -> None:
    assert public_feedback(Verdict(False, Finish.EMPTY, 0, 3), Feedback.NONE) == "empty answer"


def test_counts_tell_no_id() -> None:
    assert public_feedback(FAILED, Feedback.COUNTS) == "tests failed: 1 of 3 tests passed"


def test_ids_name_what_failed() -> None:
    text = public_feedback(FAILED, Feedback.IDS)

    assert text == "tests failed: 1 of 3 tests passed\nnot passed: t.py::test_b, t.py::test_c"


def test_how_tampering_was_seen_is_not_told() -> None:
    assert "skipped" not in public_feedback(TAMPERED, Feedback.IDS)


def test_none_tells_of_an_end_only_what_the_agent_could_see() -> None:
    timed_out = Verdict(False, Finish.TIMED_OUT, 0, 3)

    assert public_finish(timed_out, Feedback.NONE) == "not resolved"
    assert public_finish(timed_out, Feedback.COUNTS) == "grading timed out"
