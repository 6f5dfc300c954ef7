"""The gateway as an agent meets it: answers, refusals, and what the books say afterwards."""

import json
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from dgm.config import PriceSection
from dgm.errors import ModelRefused, ModelUnavailable
from dgm.models import ScriptedFault, ScriptedReply
from dgm.models.request_body import TEMPLATE_TOKENS
from dgm.values import Call, CallStatus, GatewayReport, Lease
from tests.models.doors import KEY, MODEL, PLENTY, models_on, open_door, scripted


def only_call(report: GatewayReport) -> Call:
    (call,) = report.calls
    return call


def test_an_answer_comes_through():
    with open_door(["forty-two"]) as door:
        answer = door.chat("what is it?")

    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "forty-two"


def test_the_endpoint_gets_the_real_key_and_not_the_callers():
    with open_door() as door:
        door.client.post(
            "/v1/chat/completions",
            json={"messages": [{"role": "user", "content": "hi"}]},
            headers={"Authorization": "Bearer from-the-agent"},
        )

    assert door.server.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_the_callers_key_is_not_recorded():
    with open_door() as door:
        door.client.post(
            "/v1/chat/completions",
            json={"messages": [{"role": "user", "content": "hi"}]},
            headers={"Authorization": "Bearer from-the-agent"},
        )

    assert b"from-the-agent" not in door.gateway.report().transcript


def test_a_call_is_charged_what_the_endpoint_reports():
    with open_door([ScriptedReply("x", usage=(120, 30))]) as door:
        door.chat()

    call = only_call(door.gateway.report())
    assert (call.input_tokens, call.output_tokens, call.status) == (120, 30, CallStatus.OK)


def test_a_call_costs_its_price():
    prices = {MODEL: PriceSection(input_usd=2.0, output_usd=10.0)}

    with open_door([ScriptedReply("x", usage=(1_000, 100))], prices=prices) as door:
        door.chat()

    assert door.gateway.report().spent.cost_usd == pytest.approx(0.003)


@pytest.mark.parametrize("usage", [None, (0, 5), (-3, 5), (True, 1), (1.5, 1)])
def test_a_call_without_usable_usage_keeps_its_reservation(usage):
    with open_door([ScriptedReply("x", usage=usage)]) as door:
        door.chat(max_tokens=100)

    call = only_call(door.gateway.report())
    assert call.output_tokens == 0
    assert call.input_tokens > TEMPLATE_TOKENS + 100


def test_usage_beyond_the_lease_is_clipped_and_noted():
    with open_door([ScriptedReply("x", usage=(10**9, 10**9))], lease=Lease(2_000, 1.0, 60.0)) as door:
        door.chat()

    report = door.gateway.report()
    assert report.spent.tokens == 2_000
    assert b"clipped" in report.transcript


def test_output_is_clamped_to_the_lease():
    with open_door(lease=Lease(1_000, 1.0, 60.0)) as door:
        door.chat(max_tokens=100_000)

    assert 0 < door.sent["max_tokens"] < 1_000 - TEMPLATE_TOKENS


def test_output_is_clamped_to_the_dollars_of_the_lease():
    prices = {MODEL: PriceSection(input_usd=0.0, output_usd=1_000_000.0)}

    with open_door(lease=Lease(100_000, 7.5, 60.0), prices=prices) as door:
        door.chat()

    assert door.sent["max_tokens"] == 7


def test_a_lease_that_is_used_up_is_said_so():
    with open_door(lease=Lease(100, 1.0, 60.0)) as door:
        answer = door.chat()

    assert answer.status_code == 429
    assert answer.json()["error"]["type"] == "insufficient_quota"
    assert "lease used up" in answer.json()["error"]["message"]
    assert only_call(door.gateway.report()).status is CallStatus.REFUSED_LEASE


def test_a_lease_that_is_used_up_does_not_reach_the_endpoint():
    with open_door(lease=Lease(100, 1.0, 60.0)) as door:
        door.chat()

    assert door.server.seen == []


def test_a_lease_whose_time_has_passed_is_used_up():
    with open_door(lease=Lease(10_000, 1.0, 0.0)) as door:
        answer = door.chat()

    assert answer.json()["error"]["type"] == "insufficient_quota"


def test_no_error_of_the_gateway_is_worth_a_retry_by_the_caller():
    with open_door(lease=Lease(100, 1.0, 60.0)) as door:
        answer = door.chat()

    assert answer.headers["x-should-retry"] == "false"


def test_concurrent_calls_never_exceed_the_lease():
    lease = Lease(tokens=5_000, cost_usd=1.0, seconds=60.0)

    with open_door([ScriptedReply("x", usage=(250, 1))], lease=lease) as door, ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: door.chat(max_tokens=200).status_code, range(40)))

    assert door.gateway.report().spent.tokens <= lease.tokens
    assert statuses.count(200) * 251 == door.gateway.report().spent.tokens


def test_only_the_allowed_model_is_listed():
    with open_door() as door:
        listed = door.client.get("/v1/models").json()

    assert [entry["id"] for entry in listed["data"]] == [MODEL]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/completions", 501),
        ("POST", "/v1/responses/resp_1/cancel", 404),
        ("GET", "/v1/responses/resp_1", 404),
        ("DELETE", "/v1/responses/resp_1", 404),
        ("POST", "/v1/chat/completions/", 404),
        ("GET", "/v1/responses", 405),
        ("POST", "/v1/conversations", 404),
        ("GET", "/v1/files", 404),
        ("GET", "/", 404),
        ("GET", "/v1/chat/completions", 405),
        ("POST", "/v1/models", 405),
        ("GET", "/v1/models/other", 404),
    ],
)
def test_any_other_path_is_a_clear_error(method, path, status):
    with open_door() as door:
        answer = door.client.request(method, path)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_the_openai_client_understands_the_gateway():
    import openai

    with open_door(["yes"]) as door:
        transport = httpx2.HTTPTransport(uds=str(door.gateway.socket))
        http = openai.DefaultHttpxClient(transport=transport)
        with openai.OpenAI(base_url="http://gateway/v1", api_key="worthless", http_client=http) as client:
            said = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "well?"}])

    assert said.choices[0].message.content == "yes"


def test_no_other_user_can_connect_to_the_socket():
    with open_door() as door:
        mode = stat.S_IMODE(door.gateway.socket.stat().st_mode)
        folder_mode = stat.S_IMODE(door.gateway.socket.parent.stat().st_mode)

    assert (mode, folder_mode) == (0o600, 0o700)


def test_nothing_is_left_of_a_closed_gateway():
    with open_door() as door:
        folder = door.gateway.socket.parent

    assert not folder.exists()


def test_a_call_from_the_host_is_in_the_same_books():
    with open_door(["a proposal"]) as door:
        said = door.gateway.complete([{"role": "user", "content": "why?"}], max_tokens=50, purpose="diagnose")

    assert (said.text, said.status) == ("a proposal", CallStatus.OK)
    assert only_call(door.gateway.report()).purpose == "diagnose"


def test_a_call_from_the_host_on_a_used_up_lease_has_no_text():
    with open_door(lease=Lease(10, 1.0, 60.0)) as door:
        said = door.gateway.complete([{"role": "user", "content": "why?"}], max_tokens=50, purpose="diagnose")

    assert (said.text, said.status) == ("", CallStatus.REFUSED_LEASE)


def test_a_refused_key_is_an_error_on_the_host():
    with (
        scripted() as server,
        models_on(server, key="sk-wrong-key") as models,
        models.open(MODEL, PLENTY, purpose="diagnose") as gateway,
        pytest.raises(ModelRefused, match="401"),
    ):
        gateway.complete([{"role": "user", "content": "why?"}], max_tokens=50, purpose="diagnose")


def test_an_endpoint_that_fails_is_an_error_on_the_host():
    with open_door([ScriptedReply("broken", status=500)]) as door, pytest.raises(ModelUnavailable, match="broken"):
        door.gateway.complete([{"role": "user", "content": "why?"}], max_tokens=50, purpose="diagnose")


def test_the_transcript_is_one_json_object_a_call():
    with open_door(["first", "second"]) as door:
        door.chat("one")
        door.chat("two")

    lines = [json.loads(line) for line in door.gateway.report().transcript.splitlines()]
    assert [line["request"]["messages"][0]["content"] for line in lines] == ["one", "two"]
    assert [line["response"]["choices"][0]["message"]["content"] for line in lines] == ["first", "second"]
    assert {line["status"] for line in lines} == {"ok"}


def test_a_caller_that_goes_away_is_charged_and_leaves_no_reservation():
    with open_door([ScriptedReply(fault=ScriptedFault.HANG)]) as door, pytest.raises(httpx2.ReadTimeout):
        door.client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]}, timeout=0.2)

    report = door.gateway.report()
    assert report.calls[0].status is CallStatus.ABANDONED
    assert report.spent.tokens == PLENTY.tokens - door.gateway.tokens_left


def test_closing_ends_calls_that_hang_and_charges_them():
    with ThreadPoolExecutor(1) as pool, open_door([ScriptedReply(fault=ScriptedFault.HANG)]) as door:
        pool.submit(door.chat)
        while not door.server.seen:
            time.sleep(0.01)
        door.gateway.close()
        report = door.gateway.report()

    assert report.calls[0].input_tokens > TEMPLATE_TOKENS


def test_a_flood_of_refused_calls_does_not_fill_the_transcript():
    with open_door(lease=Lease(100, 1.0, 60.0)) as door:
        for _ in range(210):
            door.chat()

    report = door.gateway.report()
    assert len(report.calls) == 200
    assert json.loads(report.transcript.splitlines()[-1]) == {"free_and_not_recorded": 10}


def test_a_gateway_serves_on_when_another_of_the_same_models_is_closed():
    with (
        scripted(["still here"]) as server,
        models_on(server) as models,
        models.open(MODEL, PLENTY, purpose="a") as one,
    ):
        with models.open(MODEL, PLENTY, purpose="b"):
            pass
        said = one.complete([{"role": "user", "content": "hi"}], max_tokens=5, purpose="a")

    assert said.text == "still here"


def test_a_closed_gateway_answers_no_call_of_the_host():
    with open_door() as door:
        door.gateway.close()

        with pytest.raises(ModelUnavailable, match="closed"):
            door.gateway.complete([{"role": "user", "content": "hi"}], max_tokens=5, purpose="solve")


def test_a_host_call_that_runs_when_the_gateway_closes_ends():
    messages = [{"role": "user", "content": "hi"}]
    with ThreadPoolExecutor(1) as pool, open_door([ScriptedReply(fault=ScriptedFault.HANG)]) as door:
        waiting = pool.submit(door.gateway.complete, messages, max_tokens=5, purpose="diagnose")
        while not door.server.seen:
            time.sleep(0.01)
        door.gateway.close()

        with pytest.raises(ModelUnavailable, match="closed"):
            waiting.result(timeout=5)


def test_the_transcript_tells_what_output_was_asked_for():
    with open_door() as door:
        door.chat(max_completion_tokens=33)

    assert json.loads(door.gateway.report().transcript)["request"]["max_completion_tokens"] == 33


def test_a_host_call_with_half_a_character_goes_through():
    with open_door() as door:
        said = door.gateway.complete([{"role": "user", "content": "half \ud83d"}], max_tokens=5, purpose="diagnose")

    assert said.status is CallStatus.OK
