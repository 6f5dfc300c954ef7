from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve.repeats import FAULTY, repeated
from dgm.values import Failure, Focus, FocusKind, Tried

PROPOSAL = "Add a second try to the main function. When the answer cannot be applied, ask again with the reason."
FAILED = Tried(1, 0, Focus(FocusKind.GENERAL), PROPOSAL, "", failure=Failure.OWN_TESTS)


@pytest.mark.parametrize(
    "proposal",
    [
        PROPOSAL,
        PROPOSAL.upper(),
        PROPOSAL.replace(" ", "\n  "),
        PROPOSAL.replace("second", "third"),
        PROPOSAL + " Keep it short.",
    ],
)
def test_a_proposal_like_one_that_failed_repeats_it(proposal: str) -> None:
    assert repeated(proposal, (FAILED,)) is FAILED


@pytest.mark.parametrize(
    "proposal",
    [
        "",
        "Show the model the end of a long file too, not only its beginning, and say what was left out.",
        "When the answer cannot be applied, fall back to replacing the whole file that it names.",
    ],
)
def test_another_proposal_repeats_nothing(proposal: str) -> None:
    assert repeated(proposal, (FAILED,)) is None


@pytest.mark.parametrize("failure", [*(failure for failure in Failure if failure not in FAULTY), None])
def test_what_was_not_the_proposals_fault_may_be_tried_again(failure: Failure | None) -> None:
    assert repeated(PROPOSAL, (replace(FAILED, failure=failure),)) is None


def test_the_one_that_it_is_most_like_is_named() -> None:
    near = replace(FAILED, attempt_id=2, proposal=PROPOSAL.replace("second", "third"))

    assert repeated(PROPOSAL, (near, FAILED)) is FAILED


@given(st.text(max_size=300))
def test_any_text_repeats_itself_and_nothing_that_is_empty(text: str) -> None:
    itself = replace(FAILED, proposal=text)

    assert (repeated(text, (itself,)) is itself) == bool(text)
