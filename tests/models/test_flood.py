"""An agent's own flood: whatever limit it meets, its trial is scored. A limit that others met is the endpoint's."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.models import RetryPolicy, ScriptedFault, ScriptedReply
from dgm.models.traffic import MOST_AT_ONCE, MOST_CALLS, MOST_SHARE, WINDOW_S, Traffic
from dgm.values import Lease
from tests.models.doors import MODEL, PLENTY, Door, client_of, models_on, open_door, scripted

SOON = RetryPolicy(tries=1, first_s=0.001, most_s=0.01, proof_s=0.5)
LONG_WAIT = ScriptedReply("busy", status=429, retry_after="45")
ASK = [Door.chat, Door.respond, Door.embed]


def limited(allowed: int, delay_s: float = 0.0) -> Any:
    """Answer so many requests, and then name a long wait to everybody."""
    seen: list[Any] = []

    def script(request: dict[str, Any]) -> ScriptedReply:
        seen.append(request)
        return ScriptedReply("fine", delay_s=delay_s) if len(seen) <= allowed else LONG_WAIT

    return script


@pytest.mark.parametrize("at_once", [1, 2 * MOST_AT_ONCE])
@pytest.mark.parametrize("ask", ASK)
def test_a_limit_that_an_agents_flood_meets_leaves_its_trial_scored(ask, at_once):
    allowed, delay_s = (MOST_CALLS, 0.0) if at_once == 1 else (at_once, 0.2)

    with open_door(limited(allowed, delay_s), retry=SOON) as door, ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda _: ask(door), range(allowed + at_once)))

    report = door.gateway.report()
    assert (report.upstream_failed, report.upstream_refused) == (False, None)


@pytest.mark.parametrize(
    "fault",
    [ScriptedReply(fault=ScriptedFault.HANG), ScriptedReply("overloaded", status=502), ScriptedReply("x", status=500)],
    ids=["hangs", "bad gateway", "error"],
)
def test_an_endpoint_that_breaks_down_under_a_flood_leaves_the_trial_scored(fault):
    calls = 0

    def script(request: dict[str, Any]) -> ScriptedReply | str:
        nonlocal calls
        calls += 1
        return "fine" if calls <= MOST_CALLS else fault

    with open_door(script, retry=SOON, timeout_s=1.5) as door:
        for _ in range(MOST_CALLS + 1):
            door.chat()

    assert not door.gateway.report().upstream_failed


def test_an_endpoint_that_is_gone_has_failed_whatever_was_asked():
    with ExitStack() as stack:
        with scripted() as server:
            models = stack.enter_context(models_on(server, retry=SOON))
            gateway = stack.enter_context(models.open(MODEL, PLENTY, purpose="solve"))
            door = Door(gateway, server, stack.enter_context(client_of(gateway)))
            for _ in range(MOST_CALLS):
                door.chat()
        door.chat()

    assert gateway.report().upstream_failed


def test_a_limit_of_tokens_that_an_agent_meets_by_half_its_lease_at_once_is_its_own():
    def script(request: dict[str, Any]) -> ScriptedReply:
        return ScriptedReply("fine", usage=(600, 0)) if "first" in str(request) else LONG_WAIT

    with open_door(script, retry=SOON, lease=Lease(1_000, 1.0, 60.0)) as door:
        door.chat("first", max_tokens=1)
        answer = door.chat("more", max_tokens=1)

    assert answer.status_code == 502
    assert not door.gateway.report().upstream_failed


def test_a_limit_that_an_agent_meets_with_few_calls_is_the_endpoints():
    with open_door(limited(3), retry=SOON) as door:
        for _ in range(5):
            door.chat()

    assert door.gateway.report().upstream_failed


def test_a_limit_that_passes_while_the_gateway_is_silent_is_nobodys_failure():
    wait = ScriptedReply("busy", status=429, retry_after="1.2")
    script = [wait, wait, "ok", "served"]

    with open_door(script, retry=SOON) as door:
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "served"
    assert not door.gateway.report().upstream_failed


def test_a_limit_is_not_waited_for_beyond_the_lease():
    wait = ScriptedReply("busy", status=429, retry_after="1.2")
    started_s = time.monotonic()

    with open_door([wait], retry=SOON, lease=Lease(10_000, 1.0, 1.0)) as door:
        door.chat()

    assert time.monotonic() - started_s < 1.2


def flood_after(*calls: tuple[float, float], now_s: float, used_share: float = 0.0) -> bool:
    """Tell whether calls that have ended, each at a time and a share of the lease, are a flood."""
    traffic = Traffic()
    for call in calls:
        with traffic.call(*call):
            pass
    return traffic.is_flood(now_s, used_share)


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 1)), max_size=60))
def test_calls_of_long_ago_are_no_flood(calls):
    assert not flood_after(*sorted(calls), now_s=200 + WINDOW_S + 1, used_share=1.0)


@given(st.floats(0, WINDOW_S), st.integers(0, 3 * MOST_CALLS))
def test_calls_of_one_minute_are_a_flood_from_a_number_on(within_s, number):
    assert flood_after(*[(0.0, 0.0)] * number, now_s=within_s) == (number > MOST_CALLS)


@given(st.floats(0, 1), st.floats(0, 1))
def test_tokens_of_one_minute_are_a_flood_from_a_share_on(before, after):
    assert flood_after((0.0, before), now_s=1.0, used_share=after) == (after - before > MOST_SHARE)


@given(st.integers(0, 3 * MOST_AT_ONCE))
def test_calls_that_wait_at_once_are_a_flood_from_a_number_on(number):
    traffic = Traffic()

    with ExitStack() as calls:
        for _ in range(number):
            calls.enter_context(traffic.call(0.0, 0.0))

        assert traffic.is_flood(0.0, 0.0) == (number > MOST_AT_ONCE)
