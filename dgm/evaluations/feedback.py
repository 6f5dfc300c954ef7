"""What of a verdict may reach an agent that improves itself. Pure, and made of closed sets only.

Nothing that a grading sandbox printed is in a `Verdict`, so nothing of it can be in here: a solution may read the
hidden tests it runs beside and print them.
"""

from typing import assert_never

from dgm.values import Feedback, Finish, Verdict


def public_feedback(verdict: Verdict, feedback: Feedback) -> str:
    """Return one line or two about a verdict, as much as the suite's `feedback` allows."""
    match feedback:
        case Feedback.NONE:
            return _outcome(verdict)
        case Feedback.COUNTS:
            return f"{verdict.finish.value}: {_counts(verdict)}"
        case Feedback.IDS:
            failed = ", ".join(verdict.failed)
            return f"{verdict.finish.value}: {_counts(verdict)}" + (f"\nnot passed: {failed}" if failed else "")
        case _:
            assert_never(feedback)


def public_finish(verdict: Verdict, feedback: Feedback) -> str:
    """Return how a trial ended, in as much detail as the suite's `feedback` allows."""
    return _outcome(verdict) if feedback is Feedback.NONE else verdict.finish.value


def _outcome(verdict: Verdict) -> str:
    """Tell only what the agent could see itself: whether it was resolved, and whether there was an answer at all."""
    seen = {Finish.RESOLVED, Finish.EMPTY, Finish.REFUSED}
    return verdict.finish.value if verdict.finish in seen else "not resolved"


def _counts(verdict: Verdict) -> str:
    return f"{verdict.passed} of {verdict.total} tests passed"
