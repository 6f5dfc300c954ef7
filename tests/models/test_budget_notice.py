"""What an agent is told of its budget: headers always, and a sentence at 80 and at 95 %."""

import json
from typing import Any

import pytest

from dgm.models import ScriptedReply
from dgm.models.budget_notice import Left, Notices
from dgm.values import Lease
from tests.models.doors import MODEL, PLENTY, Door, open_door

NOTICE = "[Budget notice: "


def costing(*tokens: int, then: int = 1) -> list[ScriptedReply]:
    return [*(ScriptedReply("x", usage=(count, 0)) for count in tokens), ScriptedReply("x", usage=(then, 0))]


def said(door: Door) -> list[str]:
    return [str(seen.body.get("messages") or seen.body["input"]) for seen in door.server.seen]


def noticed(door: Door) -> list[bool]:
    return [NOTICE in text for text in said(door)]


def test_every_answer_says_what_is_left():
    with open_door([ScriptedReply("x", usage=(100, 50))]) as door:
        answer = door.chat()

    assert answer.headers["x-dgm-tokens-left"] == str(PLENTY.tokens - 150)
    assert 0 < int(answer.headers["x-dgm-seconds-left"]) <= PLENTY.seconds


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/other", "/nowhere", "/v1/chat/completions"])
def test_an_error_says_it_too(path):
    with open_door() as door:
        answer = door.client.get(path)

    assert answer.headers["x-dgm-tokens-left"] == str(PLENTY.tokens)


def test_a_stream_says_it_too():
    with open_door([ScriptedReply("x", usage=(100, 50))]) as door:
        answer = door.chat(stream=True)

    assert answer.headers["x-dgm-tokens-left"] == str(PLENTY.tokens - 150)


def test_each_share_is_told_once_with_the_next_request():
    with open_door(costing(78_000, 3_000, 500, 14_000, 100)) as door:
        for _ in range(6):
            door.chat()

    assert noticed(door) == [False, False, True, False, True, False]


def test_a_notice_says_what_is_used_and_what_is_left():
    with open_door(costing(81_000)) as door:
        door.chat()
        door.chat()

    (_, told) = said(door)
    assert "81 % of the tokens or the time for this work are used; 19000 tokens and 5" in told
    assert "seconds are left.]" in told


def test_where_both_shares_are_passed_at_once_one_notice_is_enough():
    with open_door(costing(97_000)) as door:
        for _ in range(3):
            door.chat()

    assert noticed(door) == [False, True, False]


def test_time_counts_as_tokens_do():
    assert Notices().due(Left(tokens=100, seconds=1.0, used_share=0.81)) == 1


def test_a_lease_without_tokens_gives_no_notice():
    with open_door(lease=Lease(0, 0.0, 60.0)) as door:
        answer = door.chat()

    assert answer.headers["x-dgm-tokens-left"] == "0"
    assert b"notice" not in door.gateway.report().transcript


def test_a_notice_that_did_not_reach_the_model_comes_with_the_next_request():
    broken = ScriptedReply("bad request", status=400)

    with open_door([*costing(81_000)[:1], broken, *costing(1)]) as door:
        for _ in range(4):
            door.chat()

    assert noticed(door) == [False, True, True, False]


def test_the_transcript_tells_what_was_asked_and_what_was_added():
    with open_door(costing(81_000)) as door:
        door.chat()
        door.chat("my own words")

    line = json.loads(door.gateway.report().transcript.splitlines()[-1])
    assert line["request"]["messages"] == [{"role": "user", "content": "my own words"}]
    assert line["notice"].startswith(NOTICE)


def test_calls_of_the_host_get_none():
    with open_door(costing(81_000)) as door:
        door.chat()
        door.gateway.complete([{"role": "user", "content": "why?"}], max_tokens=5, purpose="diagnose")

    assert noticed(door) == [False, False]


def test_a_notice_is_held_back_with_the_request_that_carries_it():
    with open_door(costing(90_000), lease=Lease(100_000, 1.0, 60.0)) as door:
        door.chat()
        door.chat("x" * 9_650, max_tokens=1)  # fits alone, and not with a notice

    assert len(door.server.seen) == 1


USER = {"role": "user", "content": "do"}
LAST_TEXTS: list[tuple[Any, tuple[Any, ...]]] = [
    ([{"role": "system", "content": "be"}, USER], (1, "content")),
    ([USER, {"role": "tool", "tool_call_id": "c", "content": "1 passed"}], (1, "content")),
    ([USER, {"role": "tool", "tool_call_id": "c", "content": ""}], (1, "content")),
    ([USER, {"role": "assistant", "content": "Sure, "}], (0, "content")),
    ([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}],
     (0, "content", 1, "text")),
]  # fmt: skip


@pytest.mark.parametrize(("messages", "place"), LAST_TEXTS)
def test_it_stands_at_the_end_of_the_last_text_that_is_not_the_models(messages, place):
    with open_door(costing(81_000)) as door:
        door.chat()
        door.client.post("/v1/chat/completions", json={"model": MODEL, "messages": messages})

    sent = door.sent["messages"]
    assert len(sent) == len(messages)
    assert NOTICE in at(sent, place)
    assert at(sent, place).startswith(at(messages, place))
    assert str(sent).count(NOTICE) == 1


RESULT = {"type": "function_call_output", "call_id": "c", "output": "1 passed"}
INPUTS: list[tuple[Any, tuple[Any, ...]]] = [
    ("do", ()),
    ([USER], (0, "content")),
    ([USER, {"role": "assistant", "content": "Sure"}], (0, "content")),
    ([USER, {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}, RESULT], (2, "output")),
    ([USER, {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}]}], (0, "content")),
    ([{**USER, "content": [{"type": "input_text", "text": "a"}]}], (0, "content", 0, "text")),
    ([{**RESULT, "output": [{"type": "input_text", "text": "a"}]}], (0, "output", 0, "text")),
]


@pytest.mark.parametrize(("given", "place"), INPUTS)
def test_in_the_responses_api_it_stands_there_too(given, place):
    with open_door(costing(81_000)) as door:
        door.chat()
        door.respond(given)

    sent = door.sent["input"]
    assert at(sent, place).startswith(at(given, place))
    assert NOTICE in at(sent, place)
    assert str(sent).count(NOTICE) == 1


def test_what_is_embedded_is_never_added_to():
    with open_door(costing(81_000)) as door:
        door.chat()
        door.embed("words")

    assert door.sent["input"] == "words"


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        value = value[step]
    return value
