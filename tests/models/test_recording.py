"""A recording gives each call out once, to the request that says what was said then."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.models.apis import Api
from dgm.models.recording import Recording
from dgm.values import CallStatus

contents = st.lists(st.text(max_size=20), max_size=8)


def asking(content: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], "max_tokens": 9, **more}


def line(content: str, answer: str = "yes", **more: Any) -> dict[str, Any]:
    return {"status": "ok", "model": "m", "request": asking(content), "response": {"answer": answer}, **more}


def recording(*lines: dict[str, Any]) -> Recording:
    return Recording(b"".join(json.dumps(entry).encode() + b"\n" for entry in lines))


def answers(recorded: Recording, *asked: str) -> list[str | None]:
    found = [recorded.take(Api.CHAT, asking(content)) for content in asked]
    return [call.reply.body["answer"] if call and call.reply else None for call in found]


@given(contents, st.randoms())
def test_every_call_is_found_in_any_order(said, rng):
    recorded = recording(*(line(content, str(place)) for place, content in enumerate(said)))
    asked = list(said)
    rng.shuffle(asked)

    given_out = answers(recorded, *asked)

    assert sorted(str(answer) for answer in given_out) == sorted(str(place) for place in range(len(said)))
    assert recorded.left == 0


def test_the_same_request_gets_its_answers_in_order_and_each_once():
    recorded = recording(line("a", "1"), line("b", "x"), line("a", "2"))

    assert answers(recorded, "a", "a", "a") == ["1", "2", None]


def test_a_request_that_was_never_recorded_is_not_found():
    assert answers(recording(line("a")), "b") == [None]


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("2 passed in 0.12s", "2 passed in 3.4s"),
        ("stopped at 1767225600", "stopped at 1767229999"),
        ("wrote /tmp/tmpab12cd34/x.py", "wrote /tmp/tmpzz99yy88/x.py"),
        ("<object at 0x7f3a2b>", "<object at 0x55ffee>"),
        ("id 6fa459ea-ee8a-3ca4-894e-db77e160355e", "id 16fd2706-8baf-433b-82eb-8c7fada847da"),
    ],
)
def test_what_no_two_runs_have_alike_does_not_count(then, now):
    call = recording(line(then)).take(Api.CHAT, asking(now))

    assert call is not None
    assert call.is_like


def test_a_limit_that_depends_on_time_does_not_count():
    assert recording(line("a")).take(Api.CHAT, asking("a", max_tokens=7)) is not None


def test_the_same_to_the_letter_comes_before_what_is_like_it():
    recorded = recording(line("try 1", "first"), line("try 2", "second"))

    assert answers(recorded, "try 2", "try 1") == ["second", "first"]


def test_words_count():
    assert answers(recording(line("1 passed")), "1 failed") == [None]


def test_another_api_is_another_request():
    assert recording(line("a")).take(Api.RESPONSES, asking("a")) is None


@pytest.mark.parametrize(
    ("status", "http_status"),
    [(CallStatus.REFUSED_LEASE, 429), (CallStatus.CONTEXT_OVERFLOW, 400), (CallStatus.UPSTREAM_ERROR, 502)],
)
def test_an_error_of_an_older_transcript_gets_its_status(status, http_status):
    call = recording(line("a", status=status.value)).take(Api.CHAT, asking("a"))

    assert call is not None
    assert call.reply is not None
    assert (call.reply.status, call.reply.headers["x-should-retry"]) == (http_status, "false")


def test_a_status_that_is_told_counts():
    call = recording(line("a", status=CallStatus.UPSTREAM_ERROR.value, http_status=403)).take(Api.CHAT, asking("a"))

    assert call is not None
    assert call.reply is not None
    assert call.reply.status == 403


def test_a_call_that_was_abandoned_has_no_reply():
    call = recording(line("a", status=CallStatus.ABANDONED.value)).take(Api.CHAT, asking("a"))

    assert call is not None
    assert call.reply is None


def test_of_a_job_that_was_started_again_the_last_start_counts():
    recorded = recording(
        line("a", "before", call=1), line("b", "before", call=2), line("a", "after", call=1), line("c", "after", call=2)
    )

    assert answers(recorded, "a", "b", "c") == ["after", None, "after"]


def test_a_flood_of_free_calls_is_answered_as_far_as_it_went():
    refused = {"status": CallStatus.REFUSED_LEASE.value, "input_tokens": 0, "output_tokens": 0}
    recorded = recording(line("a", "no", **refused), {"free_and_not_recorded": 2})

    assert answers(recorded, "a", "a", "a", "a") == ["no", "no", "no", None]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.builds(
                lambda entry: json.dumps(entry).encode(),
                st.dictionaries(
                    st.sampled_from(["call", "request", "response", "status", "api"]),
                    st.sampled_from([None, 1, "x", {}, [], "ok", "responses"]),
                ),
            ),
        ),
        max_size=6,
    )
)
def test_any_bytes_are_a_recording(lines):
    Recording(b"\n".join(lines)).take(Api.CHAT, asking("a"))
