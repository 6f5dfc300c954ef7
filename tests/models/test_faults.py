"""What an endpoint can do wrong: retried within bounds, told apart, and free of secrets."""

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from dgm.errors import ModelUnavailable
from dgm.models import RetryPolicy, ScriptedFault, ScriptedReply
from dgm.models.apis import Api
from dgm.models.endpoint import Endpoint, EndpointKind
from dgm.models.key import ApiKey
from dgm.models.scripted import Seen
from dgm.models.upstream import Upstream
from dgm.values import CallStatus, GatewayReport, Lease
from tests.models.doors import KEY, PLENTY, QUICK, Door, RealClock, models_on, open_door, scripted

PASSING = [
    ScriptedReply("busy", status=429),
    ScriptedReply("broken", status=500),
    ScriptedReply("overloaded", status=503),
    ScriptedReply(fault=ScriptedFault.RESET),
    ScriptedReply(fault=ScriptedFault.INVALID_JSON),
    ScriptedReply("half an answer", fault=ScriptedFault.CUT_STREAM),
    ScriptedReply("an answer and more", fault=ScriptedFault.WRONG_LENGTH),
    ScriptedReply(fault=ScriptedFault.HUGE),
]


def of_the_agent(door: Door) -> list[Seen]:
    """Return the requests at the endpoint that are not the host's own question."""
    return [seen for seen in door.server.seen if seen.body["messages"][0]["content"] == "hello"]


def last_status(report: GatewayReport) -> CallStatus:
    return report.calls[-1].status


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_passing_fault_is_retried(fault):
    with open_door([fault, "at last"]) as door:
        answer = door.chat()

    report = door.gateway.report()
    assert answer.json()["choices"][0]["message"]["content"] == "at last"
    assert (report.calls[0].retries, report.upstream_failed) == (1, False)


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_fault_that_stays_is_the_endpoints_failure(fault):
    with open_door([fault]) as door:
        answer = door.chat()

    report = door.gateway.report()
    assert answer.status_code == 502
    assert last_status(report) is CallStatus.UPSTREAM_ERROR
    assert report.upstream_failed


@pytest.mark.parametrize("fault", [ScriptedFault.HANG, ScriptedFault.DRIP])
def test_an_endpoint_that_does_not_finish_is_given_up_in_bounded_time(fault):
    started_s = time.monotonic()

    with open_door([ScriptedReply(fault=fault)], lease=Lease(100_000, 1.0, 0.6), timeout_s=0.2) as door:
        door.chat()

    assert door.gateway.report().upstream_failed
    assert time.monotonic() - started_s < 5.0


def test_a_try_that_was_turned_away_costs_nothing():
    with open_door([ScriptedReply("busy", status=429), ScriptedReply("x", usage=(10, 5))]) as door:
        door.chat()

    assert door.gateway.report().spent.tokens == 15


def test_a_try_that_broke_after_it_was_sent_keeps_its_reservation():
    with open_door([ScriptedReply(fault=ScriptedFault.RESET), ScriptedReply("x", usage=(10, 5))]) as door:
        door.chat(max_tokens=100)

    assert door.gateway.report().spent.tokens > 15 + 100


def test_the_endpoints_wish_to_wait_is_honoured():
    slow = ScriptedReply("busy", status=429, retry_after="0.3")
    started_s = time.monotonic()

    with open_door([slow, "x"]) as door:
        door.chat()

    assert time.monotonic() - started_s >= 0.3


def test_a_wish_may_be_a_date():
    wish = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)  # rounds down to a whole second

    with open_door([ScriptedReply("busy", status=429, retry_after=wish), "x"]) as door:
        started_s = time.monotonic()
        door.chat()

    assert time.monotonic() - started_s >= 0.9


@pytest.mark.parametrize("wish", ["soon", "", "-5", "nan", "inf", "Wed, 21 Oct 2015 07:28:00 GMT", "21 Oct 2090"])
def test_a_wish_that_makes_no_sense_or_has_passed_is_not_waited_for(wish):
    started_s = time.monotonic()

    with open_door([ScriptedReply("busy", status=429, retry_after=wish), "x"]) as door:
        answer = door.chat()

    assert answer.status_code == 200
    assert time.monotonic() - started_s < 5.0


def test_a_wait_beyond_the_lease_is_not_begun():
    slow = ScriptedReply("busy", status=429, retry_after="3600")

    with open_door([slow]) as door:
        answer = door.chat()

    assert answer.status_code == 502
    assert len(of_the_agent(door)) == 1


def test_an_empty_answer_is_asked_for_again_and_each_try_is_charged():
    with open_door([ScriptedReply("", usage=(10, 1)), ScriptedReply("now", usage=(10, 2))]) as door:
        answer = door.chat()

    call = door.gateway.report().calls[0]
    assert answer.json()["choices"][0]["message"]["content"] == "now"
    assert (call.input_tokens, call.output_tokens, call.retries, call.status) == (20, 3, 1, CallStatus.OK)


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_answer_that_stays_empty_is_recorded_as_empty(text):
    with open_door([text]) as door:
        answer = door.chat()

    report = door.gateway.report()
    assert answer.status_code == 200
    assert (last_status(report), report.calls[0].retries) == (CallStatus.EMPTY, QUICK.empty_tries - 1)
    assert not report.upstream_failed


def test_an_answer_that_is_cut_off_is_recorded_as_cut_off():
    with open_door([ScriptedReply("half an ans", finish_reason="length")]) as door:
        door.chat()

    assert last_status(door.gateway.report()) is CallStatus.CUT_OFF
    assert len(door.server.seen) == 1


def test_an_answer_of_tool_calls_alone_is_not_empty():
    call = {"id": "1", "type": "function", "function": {"name": "bash", "arguments": "{}"}}

    with open_door([ScriptedReply("", tool_calls=(call,))]) as door:
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["tool_calls"] == [call]
    assert last_status(door.gateway.report()) is CallStatus.OK


@pytest.mark.parametrize(
    "reply",
    [
        ScriptedReply("too long", status=400, error_code="context_length_exceeded"),
        ScriptedReply("the request exceeds the available context size", status=400),
        ScriptedReply("This model's maximum context length is 8192 tokens", status=400),
        ScriptedReply("payload", status=413),
    ],
)
def test_a_context_overflow_is_the_callers_to_handle(reply):
    with open_door([reply]) as door:
        answer = door.chat()

    report = door.gateway.report()
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "context_length_exceeded")
    assert last_status(report) is CallStatus.CONTEXT_OVERFLOW
    assert not report.upstream_failed


def test_a_request_that_the_endpoint_calls_wrong_is_the_callers_to_handle():
    with open_door([ScriptedReply("bad top_p", status=400)]) as door:
        answer = door.chat()

    report = door.gateway.report()
    assert (answer.status_code, len(door.server.seen)) == (400, 1)
    assert (report.upstream_failed, report.upstream_refused) == (False, None)


@pytest.mark.parametrize(
    "reply",
    [
        ScriptedReply("no such key", status=401),
        ScriptedReply("not for you", status=403),
        ScriptedReply("no such model", status=404, error_code="model_not_found"),
        ScriptedReply("pay first", status=429, error_code="insufficient_quota"),
    ],
)
def test_a_refusal_that_a_person_must_settle_is_not_retried(reply):
    with open_door([reply]) as door:
        door.chat()

    report = door.gateway.report()
    assert len(of_the_agent(door)) == 1
    assert reply.text in (report.upstream_refused or "")


def test_after_a_refusal_no_call_reaches_the_endpoint():
    with open_door([ScriptedReply("no such key", status=401)]) as door:
        door.chat()
        door.chat()

    assert len(of_the_agent(door)) == 1


def test_a_server_that_is_gone_is_the_endpoints_failure_and_costs_nothing():
    with ExitStack() as stack:
        with scripted() as server:
            models = stack.enter_context(models_on(server))
        gateway = stack.enter_context(models.open("scripted", PLENTY, purpose="solve"))
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            gateway.complete([{"role": "user", "content": "hi"}], max_tokens=5, purpose="solve")

    report = gateway.report()
    assert (report.upstream_failed, report.spent.tokens) == (True, 0)


def poisoned(request: dict[str, Any]) -> ScriptedReply | str:
    """Fail on what the agent says, and on nothing else."""
    bad = request["messages"][0]["content"] == "poison"
    return ScriptedReply("it broke me", status=500) if bad else "fine"


def test_a_request_that_breaks_a_working_endpoint_is_the_callers_failure():
    with open_door(poisoned) as door:
        answer = door.chat("poison")

    report = door.gateway.report()
    assert answer.status_code == 502
    assert (report.upstream_failed, report.upstream_refused) == (False, None)


def test_a_request_that_a_filter_forbids_is_the_callers_failure():
    def filtered(request: dict[str, Any]) -> ScriptedReply | str:
        bad = request["messages"][0]["content"] == "poison"
        return ScriptedReply("forbidden words", status=403) if bad else "fine"

    with open_door(filtered) as door:
        door.chat("poison")

    assert door.gateway.report().upstream_refused is None


def test_an_endpoint_that_recovers_in_time_answers_after_all():
    tired = [ScriptedReply("broken", status=500)] * QUICK.tries

    with open_door([*tired, "ok", "here I am"]) as door:
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "here I am"
    assert not door.gateway.report().upstream_failed


def test_a_caller_that_leaves_a_hanging_endpoint_proves_its_failure():
    with open_door([ScriptedReply(fault=ScriptedFault.HANG)]) as door, pytest.raises(httpx2.ReadTimeout):
        door.client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]}, timeout=0.2)

    assert door.gateway.report().upstream_failed


def test_a_caller_that_leaves_a_slow_endpoint_proves_nothing():
    def slow(request: dict[str, Any]) -> ScriptedReply | str:
        return ScriptedReply("at last", delay_s=60) if request["messages"][0]["content"] == "hi" else "ok"

    with open_door(slow) as door, pytest.raises(httpx2.ReadTimeout):
        door.client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]}, timeout=0.2)

    assert not door.gateway.report().upstream_failed


def test_the_newer_name_of_the_limit_is_used_where_it_is_asked_for():
    def modern(request: dict[str, Any]) -> ScriptedReply | str:
        if "max_tokens" in request:
            return ScriptedReply("Unsupported parameter: use 'max_completion_tokens' instead", status=400)
        return "modern"

    with open_door(modern) as door:
        answer = door.chat(max_tokens=7)

    assert answer.json()["choices"][0]["message"]["content"] == "modern"
    assert door.sent["max_completion_tokens"] == 7


def test_tries_are_bounded():
    with open_door([ScriptedReply("broken", status=500)], retry=RetryPolicy(tries=3, first_s=0.001)) as door:
        door.chat()

    assert len(of_the_agent(door)) == 3


def test_a_request_of_many_parts_is_sent_without_holding_the_loop():
    parts = [{"type": "text", "text": "x"}] * 12_000
    payload = {"model": "scripted", "messages": [{"role": "user", "content": parts}]}

    async def loop_seconds(address: str) -> float:
        upstream = Upstream(Endpoint(EndpointKind.OPENAI, address, ApiKey(KEY)), RealClock())
        started_s = time.thread_time()
        await upstream.send(Api.CHAT, payload, timeout_s=20.0)
        await upstream.close()
        return time.thread_time() - started_s

    with scripted() as server:
        assert asyncio.run(loop_seconds(server.base_url)) < 0.5
        assert server.seen[0].body == payload
