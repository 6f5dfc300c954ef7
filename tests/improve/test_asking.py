"""The diagnosis as an attempt asks for it: what it is shown, and what becomes of a proposal that repeats one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve.diagnosis import parse_diagnosis
from dgm.improve.diagnosis_prompt import prompt
from dgm.values import Ancestor, AttemptOrder, Effect, Failure, Focus, FocusKind, Tried
from tests.fakes import FakeModels
from tests.improve.acting import DIAGNOSIS, TRIAL, attempt_order, attempted

OTHER = json.dumps(
    {
        "improve": "Long files are cut at their end.",
        "how": "Keep the beginning and the end in toy/__main__.py.",
        "problem": "Show both ends of a file that is too long.",
    }
)
FAILED = Tried(
    4,
    0,
    Focus(FocusKind.TASK, "fix-it"),
    parse_diagnosis(DIAGNOSIS).proposal,
    "+again",
    failure=Failure.OWN_TESTS,
    detail="try 2: exit code 1",
)
LINE = (Ancestor(0, "", "", 3, 10), Ancestor(2, "Read the error.", "+read", 4, 10, Effect(3, 4, 10)))


@dataclass
class Answers:
    """A model that gives one answer after the other, the last again and again."""

    answers: Sequence[str]
    asked: list[str] = field(default_factory=list)

    def __call__(self, messages: Sequence[Mapping[str, str]]) -> str:
        self.asked.append(messages[-1]["content"])
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def shown(order: AttemptOrder, limit: int = 20_000) -> str:
    return prompt(order, limit, "")[0]["content"]


def test_a_proposal_that_repeats_a_failed_one_is_asked_for_once_more_with_the_reason() -> None:
    model = Answers([DIAGNOSIS, OTHER])

    outcome, _ = attempted(attempt_order(tried=(FAILED,)), models=FakeModels(model))

    assert outcome.failure is None
    assert "Show both ends" in outcome.proposal
    assert "it repeats the proposal of attempt 4, which gave no child, since its own tests fail" in model.asked[1]


def test_an_attempt_that_proposes_it_again_ends_before_a_self_modification() -> None:
    model = Answers([DIAGNOSIS])

    outcome, sandbox = attempted(attempt_order(tried=(FAILED,)), models=FakeModels(model, calls_per_job=0))

    assert (outcome.failure, sandbox.jobs, len(model.asked)) == (Failure.REPEATED, [], 2)
    assert "attempt 4" in outcome.detail
    assert outcome.spent.tokens > 0


def test_an_answer_that_is_not_usable_is_no_repeat() -> None:
    model = Answers(["no", DIAGNOSIS, "no", OTHER])

    outcome, _ = attempted(attempt_order(tried=(FAILED,)), models=FakeModels(model))

    assert outcome.failure is None


def test_the_prompt_tells_what_was_tried_and_what_is_left() -> None:
    text = shown(attempt_order(tried=(FAILED,), lineage=LINE, budget={"attempts": 7.0, "hours": 1.25}))

    assert "On a0, no child, since its own tests fail (try 2: exit code 1): Add a second try" in text
    assert "It led to a2, which resolved 4 of 10 tasks [0.17 - 0.69] where its parent resolved 3" in text
    assert "Left of the whole run: 7 attempts, 1.25 hours" in text


def test_a_cluster_is_shown_with_its_tasks_and_one_of_its_trials() -> None:
    cluster = Focus(FocusKind.CLUSTER, "fix-it", ("fix-it", "mend-it"))
    other = replace(TRIAL, task_id="mend-it", instruction="Mend\nthe roof.")
    elsewhere = replace(TRIAL, task_id="paint-it", instruction="Paint the wall.")

    text = shown(attempt_order(focus=cluster, evidence=(other, TRIAL, elsewhere)))

    assert "in much the same way on 2 tasks ('fix-it', 'mend-it')" in text
    assert TRIAL.instruction in text
    assert "The others:\n- mend-it, tests failed: Mend the roof.\n" in text
    assert "Paint" not in text


@given(st.integers(2_000, 40_000))
def test_a_long_past_takes_its_part_of_the_evidence_only(limit: int) -> None:
    long = attempt_order(tried=(FAILED,) * 200)
    without = len(shown(attempt_order(), limit))

    assert len(shown(long, limit)) <= without + limit // 5 + 200


@pytest.mark.parametrize("limit", [0, 50, 500])
def test_a_small_limit_gives_a_prompt(limit: int) -> None:
    assert "JSON object" in shown(attempt_order(tried=(FAILED,), lineage=LINE), limit)
