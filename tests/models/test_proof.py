"""Whose failure it was: what an agent's own flood does to an endpoint is not the endpoint's failure."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from dgm.errors import ModelUnavailable
from dgm.models import RetryPolicy, ScriptedFault, ScriptedReply, ScriptedServer
from dgm.models.scripted import in_order
from tests.models.doors import MODEL, PLENTY, models_on, open_door

BUSY = ScriptedReply("busy", status=429)
SOON = RetryPolicy(tries=2, first_s=0.001, most_s=0.01, proof_s=1.0)
HI = [{"role": "user", "content": "hi"}]


def told_apart(**by_content: Any) -> Callable[[dict[str, Any]], ScriptedReply | str]:
    """Answer `own` question of the host, and each content of the agent's, from a list of its own."""
    scripts = {content: in_order(replies) for content, replies in by_content.items()}

    def script(request: dict[str, Any]) -> ScriptedReply | str:
        content = request["messages"][0]["content"]
        return scripts["own" if content == "Say ok." else content](request)

    return script


def test_an_endpoint_that_is_busy_for_a_moment_has_not_failed():
    with open_door(told_apart(hello=[BUSY], own=[BUSY, BUSY, "ok"]), retry=SOON) as door:
        answer = door.chat()

    assert answer.status_code == 502
    assert not door.gateway.report().upstream_failed


def test_an_endpoint_that_stays_busy_has_failed_in_bounded_time():
    started_s = time.monotonic()

    with open_door(told_apart(hello=[BUSY], own=[BUSY]), retry=replace(SOON, proof_s=0.2)) as door:
        door.chat()

    assert door.gateway.report().upstream_failed
    assert time.monotonic() - started_s < 5.0


def test_the_question_waits_as_long_as_the_endpoint_wishes():
    wishes = ScriptedReply("busy", status=429, retry_after="0.5")
    started_s = time.monotonic()

    with open_door(told_apart(hello=[BUSY], own=[wishes, "ok"]), retry=SOON) as door:
        door.chat()

    assert time.monotonic() - started_s >= 0.5
    assert not door.gateway.report().upstream_failed


def test_a_wish_beyond_the_proof_is_the_endpoints_failure():
    wishes = ScriptedReply("busy", status=429, retry_after="60")

    with open_door(told_apart(hello=[BUSY], own=[wishes, "ok"]), retry=SOON) as door:
        door.chat()

    assert door.gateway.report().upstream_failed


@pytest.mark.parametrize("noise", [BUSY, ScriptedReply(fault=ScriptedFault.HANG)], ids=["busy", "hangs"])
def test_the_agents_other_calls_are_interrupted_before_the_endpoint_is_blamed(noise):
    script = told_apart(hello=[BUSY], long=[ScriptedReply(fault=ScriptedFault.HANG), "after all"], own=[noise, "ok"])
    with open_door(script, retry=SOON) as door, ThreadPoolExecutor(1) as pool:
        long = pool.submit(door.chat, "long")
        while not door.server.seen:
            time.sleep(0.01)
        door.chat()
        answer = long.result(timeout=10)

    assert answer.json()["choices"][0]["message"]["content"] == "after all"
    assert not door.gateway.report().upstream_failed


def test_other_calls_are_left_alone_where_the_endpoint_works_beside_them():
    script = told_apart(hello=[BUSY], long=[ScriptedReply("at last", delay_s=1.0), "asked twice"], own=["ok"])
    with open_door(script, retry=SOON) as door, ThreadPoolExecutor(1) as pool:
        long = pool.submit(door.chat, "long")
        while not door.server.seen:
            time.sleep(0.01)
        door.chat()
        answer = long.result(timeout=10)

    assert answer.json()["choices"][0]["message"]["content"] == "at last"


def test_calls_that_fail_together_share_one_question():
    script = told_apart(hello=[BUSY], own=[ScriptedReply("ok", delay_s=0.5)])
    with open_door(script, retry=SOON) as door, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: door.chat(), range(8)))

    assert sum(seen.body["messages"][0]["content"] == "Say ok." for seen in door.server.seen) < 4


def test_a_local_server_that_lists_its_model_works_however_busy_it_is():
    script = told_apart(hi=[ScriptedReply("broken", status=500)], own=[ScriptedReply(fault=ScriptedFault.HANG)])
    with (
        ScriptedServer(script) as server,
        models_on(server, endpoint="local", retry=SOON) as models,
        models.open(MODEL, PLENTY, purpose="solve") as gateway,
        pytest.raises(ModelUnavailable),
    ):
        gateway.complete(HI, max_tokens=5, purpose="solve")

    assert not gateway.report().upstream_failed


def test_a_local_server_that_is_gone_has_failed():
    with ExitStack() as stack:
        with ScriptedServer(["x"]) as server:
            models = stack.enter_context(models_on(server, endpoint="local", retry=SOON))
        gateway = stack.enter_context(models.open(MODEL, PLENTY, purpose="solve"))
        with pytest.raises(ModelUnavailable):
            gateway.complete(HI, max_tokens=5, purpose="solve")

    assert gateway.report().upstream_failed


def test_an_endpoint_without_a_list_is_not_refused_where_a_question_cannot_be_paid():
    script = told_apart(hi=[ScriptedReply("broken", status=500)])
    with (
        ScriptedServer(script, lists=False) as server,
        models_on(server, endpoint="local", retry=SOON) as models,
        models.open(MODEL, PLENTY, purpose="solve") as gateway,
        pytest.raises(ModelUnavailable),
    ):
        gateway.complete(HI, max_tokens=5, purpose="solve")

    assert gateway.report().upstream_refused is None
