import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve.evidence import (
    MAX_TRANSCRIPT,
    chosen_trial,
    cluster_excerpt,
    functions_excerpt,
    history,
    source_excerpt,
    trial_excerpt,
)
from dgm.improve.transcripts import keep_end, keep_start, overflowed_twice, readable
from dgm.values import Ancestor, Effect, Finish, Focus, FocusKind, Lease, Tree
from tests.improve.acting import AGENT, TRIAL, attempt_order

LEFT = Lease(1, 1.0, 1.0)
OVERFLOW = b'{"status": "context overflow"}\n'


def call(said: list[str], answered: str, status: str = "ok") -> bytes:
    messages = [{"role": "user", "content": text} for text in said]
    response = {"choices": [{"message": {"role": "assistant", "content": answered}}]}
    return json.dumps({"request": {"messages": messages}, "response": response, "status": status}).encode() + b"\n"


def test_a_transcript_reads_as_a_conversation() -> None:
    assert readable(call(["fix it"], "done"), 1000) == "[user]\nfix it\n\n[answer, ok]\ndone"


def test_messages_that_are_sent_again_are_shown_once() -> None:
    shown = readable(call(["first"], "a") + call(["first", "second"], "b"), 1000)

    assert shown.count("first") == 1


def test_tool_calls_are_shown() -> None:
    response = {"choices": [{"message": {"content": None, "tool_calls": [{"function": {"name": "bash"}}]}}]}
    line = json.dumps({"request": {}, "response": response, "status": "ok"}).encode()

    assert '"name": "bash"' in readable(line, 1000)


def responded(items: object, *output: dict[str, object], **more: object) -> bytes:
    request = {"input": items, "instructions": "Be brief."}
    return json.dumps({"request": request, "response": {"output": output}, "status": "ok", **more}).encode() + b"\n"


def test_a_call_of_the_responses_api_reads_as_a_conversation() -> None:
    message = {"type": "message", "content": [{"type": "output_text", "text": "I look."}]}
    asks = {"type": "function_call", "call_id": "c1", "name": "bash", "arguments": "ls"}
    result = {"type": "function_call_output", "call_id": "c1", "output": "a.py"}
    first = responded([{"role": "user", "content": "fix it"}], message, asks)
    second = responded([{"role": "user", "content": "fix it"}, message, asks, result], message)

    shown = readable(first + second, 1000).split("\n\n")

    assert shown[:3] == [
        "[system]\nBe brief.",
        "[user]\nfix it",
        '[answer, ok]\nI look.\n{"name": "bash", "arguments": "ls"}',
    ]
    assert shown[-2:] == ["[function_call_output]\na.py", "[answer, ok]\nI look."]


@pytest.mark.parametrize("line", [{"api": "embeddings"}, {"purpose": "check"}])
def test_what_is_no_conversation_is_not_shown(line: dict[str, str]) -> None:
    assert readable(responded("words", **line), 1000) == ""


def test_an_error_of_the_gateway_is_shown() -> None:
    line = b'{"request": null, "response": {"error": {"message": "lease used up"}}, "status": "refused"}'

    assert "lease used up" in readable(line, 1000)


def test_the_end_of_a_long_transcript_is_kept() -> None:
    shown = readable(call(["x" * 5000], "the last words"), 200)

    assert len(shown) == 200
    assert shown.endswith("the last words")


@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([OVERFLOW, b"[1]\n", b'{"request": 1}\n', b"{{{\n"])).map(b"".join)
)
def test_any_bytes_read_as_a_transcript(data: bytes) -> None:
    assert len(readable(data, 100)) <= 100
    assert overflowed_twice(data) in {True, False}


@given(st.text(max_size=300), st.integers(0, 200))
def test_what_is_shortened_keeps_its_limit(text: str, limit: int) -> None:
    assert len(keep_start(text, limit)) <= limit
    assert len(keep_end(text, limit)) <= limit


@given(st.integers(0, 400))
def test_an_excerpt_of_the_source_keeps_its_limit(limit: int) -> None:
    assert len(source_excerpt(AGENT, limit)) <= limit


@given(st.integers(0, 3000))
def test_an_excerpt_of_a_trial_keeps_its_limit(limit: int) -> None:
    long = replace(TRIAL, instruction="i" * 900, feedback="f" * 900, answer_diff="d" * 900, transcript=b"t" * 900)

    assert len(trial_excerpt(long, limit)) <= max(limit, 200)


@given(st.integers(0, 3000), st.integers(0, 40))
def test_an_excerpt_of_a_cluster_keeps_its_limit(limit: int, count: int) -> None:
    trials = [replace(TRIAL, task_id=f"t{i}", instruction="words " * 50) for i in range(count)]
    focus = Focus(FocusKind.CLUSTER, "t0", tuple(trial.task_id for trial in trials))

    assert len(cluster_excerpt(focus, trials, limit)) <= limit


def test_entry_points_are_shown_before_tests() -> None:
    shown = source_excerpt(AGENT, 10_000)

    assert shown.index("=== toy/__main__.py") < shown.index("=== tests/test_toy.py")


def test_what_the_agent_defines_is_named_by_file_and_its_tests_are_not() -> None:
    source = (
        "import os\n\nclass Loop:\n    async def step(self):\n        def inner(): ...\n\ndef main():\n    # def no\n"
    )
    agent = Tree.of({"agent.toml": "[agent]\n", "toy/loop.py": source, "tests/test_toy.py": "def test_it(): ...\n"})

    assert functions_excerpt(agent, 1_000) == "- agent.toml\n- toy/loop.py: Loop, step, main"
    assert len(functions_excerpt(agent, 40)) <= 40


def test_a_binary_file_is_only_named() -> None:
    shown = source_excerpt(Tree.of({"blob": b"\0\1", "a.py": "x = 1\n"}), 1000)

    assert "blob" in shown
    assert "=== blob" not in shown


@pytest.mark.parametrize(
    ("focus", "task_id"),
    [
        (Focus(FocusKind.TASK, "b"), "b"),
        (Focus(FocusKind.CLUSTER, "c", ("b", "c")), "c"),
        (Focus(FocusKind.EMPTY_ANSWERS), "c"),
        (Focus(FocusKind.CONTEXT_OVERFLOW), "d"),
        (Focus(FocusKind.INSTABILITY), "b"),
        (Focus(FocusKind.GENERAL), "b"),
    ],
)
def test_the_trial_that_shows_the_weakness_is_chosen(focus: Focus, task_id: str) -> None:
    trials = [
        replace(TRIAL, task_id="a", resolved=True),
        replace(TRIAL, task_id="b"),
        replace(TRIAL, task_id="c", finish=Finish.EMPTY.value),
        replace(TRIAL, task_id="d", transcript=OVERFLOW * 2),
    ]

    chosen = chosen_trial(focus, trials)

    assert chosen is not None
    assert chosen.task_id == task_id


def test_without_trials_none_is_chosen() -> None:
    assert chosen_trial(Focus(FocusKind.GENERAL), []) is None


def test_the_history_carries_scores_with_their_n() -> None:
    line = (Ancestor(0, "", "", 3, 6), Ancestor(3, "be better", "diff", 2, 6, Effect(3, 2, 6)))

    founder, child = json.loads(history(attempt_order(lineage=line), LEFT).text("lineage.json"))

    assert founder["effect"] is None
    assert child == {
        "agent": "a3",
        "proposal": "be better",
        "diff": "diff",
        "resolved": 2,
        "n": 6,
        "effect": {
            "n": 6,
            "resolved_before": 3,
            "resolved_after": 2,
            "interval_before": [0.188, 0.812],
            "interval_after": [0.097, 0.7],
            "p_better": 0.296,
        },
    }


def test_unlimited_dollars_are_null_in_the_budget() -> None:
    tree = history(attempt_order(), Lease(10, math.inf, 5.0))

    assert json.loads(tree.text("budget.json")) == {"tokens": 10, "cost_usd": None, "seconds": 5.0, "run": {}}


def test_the_budget_says_what_is_left_of_the_run() -> None:
    tree = history(attempt_order(budget={"attempts": 7.0, "hours": 1.5}), LEFT)

    assert json.loads(tree.text("budget.json"))["run"] == {"attempts": 7.0, "hours": 1.5}


def test_repeats_of_a_task_have_a_transcript_each() -> None:
    tree = history(attempt_order(evidence=(TRIAL, TRIAL)), LEFT)

    assert len(tree.under("transcripts")) == 2


def test_a_transcript_in_the_history_is_bounded() -> None:
    tree = history(attempt_order(evidence=(replace(TRIAL, transcript=b"x" * (MAX_TRANSCRIPT + 1)),)), LEFT)

    assert tree.under("transcripts").size <= MAX_TRANSCRIPT
