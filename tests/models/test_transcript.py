"""The record of a gateway: whole while it is small, bounded when it is not."""

import json

from dgm.models.replies import Json
from dgm.models.transcript import MAX_BYTES, MAX_FREE, Transcript
from dgm.values import Call, CallStatus

PAID = Call("solve", "m", 10, 5, 0.1, 1.0, CallStatus.OK)
FREE = Call("solve", "m", 0, 0, 0.0, 0.0, CallStatus.REFUSED_REQUEST)


def added(*calls: Call, request: Json | None = None) -> tuple[tuple[Call, ...], list[Json]]:
    transcript = Transcript()
    for call in calls:
        transcript.add(call, request, {"choices": []}, notes={})
    kept, lines = transcript.result()
    return kept, [json.loads(line) for line in lines.splitlines()]


def test_a_line_holds_the_call_its_request_and_its_response():
    _, (line,) = added(PAID, request={"messages": []})

    assert (line["request"], line["response"]) == ({"messages": []}, {"choices": []})
    assert (line["status"], line["input_tokens"], line["output_tokens"], line["cost_usd"]) == ("ok", 10, 5, 0.1)


def test_every_paid_call_is_kept():
    calls, _ = added(*[PAID] * (MAX_FREE + 50))

    assert len(calls) == MAX_FREE + 50


def test_calls_that_cost_nothing_are_kept_up_to_a_number_and_then_counted():
    calls, lines = added(*[FREE] * (MAX_FREE + 50))

    assert len(calls) == MAX_FREE
    assert lines[-1] == {"free_and_not_recorded": 50}


def test_a_full_transcript_keeps_the_figures_and_omits_the_texts():
    long = {"messages": ["x" * (MAX_BYTES // 2)]}

    calls, lines = added(PAID, PAID, PAID, request=long)

    assert len(calls) == 3
    assert (lines[-1]["request"], lines[-1]["omitted"]) == (None, "the transcript is full")
    assert lines[-1]["input_tokens"] == 10
