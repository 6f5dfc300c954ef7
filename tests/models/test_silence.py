"""An endpoint that says nothing: it is asked whether it lives, long before a lease is waited out."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dgm.models import RetryPolicy, ScriptedFault, ScriptedReply
from dgm.models.pulse import Pulse
from tests.fakes import FakeClock
from tests.models.doors import Door, open_door

QUICK = RetryPolicy(tries=3, first_s=0.001, most_s=0.01, proof_s=0.4)
SOON_S = 1.0
"""A try's seconds: after 0.4 of them, silence is a sign."""
HANG = ScriptedReply(fault=ScriptedFault.HANG)
DRIP = ScriptedReply(fault=ScriptedFault.DRIP)


def is_own(request: dict[str, Any]) -> bool:
    return bool(request.get("messages", [{}])[0].get("content") == "Say ok.")


def slow(seconds: float) -> Callable[[dict[str, Any]], ScriptedReply]:
    return lambda request: ScriptedReply("ok") if is_own(request) else ScriptedReply("at last", delay_s=seconds)


@pytest.mark.parametrize("reply", [HANG, DRIP], ids=["hang", "drip"])
@pytest.mark.parametrize("ask", [Door.chat, Door.respond])
def test_a_first_call_to_an_endpoint_that_hangs_ends_long_before_its_lease(reply, ask):
    started_s = time.monotonic()

    with open_door([reply], retry=QUICK, timeout_s=SOON_S) as door:
        answer = ask(door)

    assert answer.status_code == 502
    assert door.gateway.report().upstream_failed
    assert time.monotonic() - started_s < 5.0


def test_further_calls_of_an_endpoint_that_hangs_end_sooner():
    with open_door([HANG], retry=QUICK, timeout_s=SOON_S) as door:
        door.chat()
        started_s = time.monotonic()
        statuses = [door.chat().status_code for _ in range(3)]

    assert statuses == [502] * 3
    assert time.monotonic() - started_s < 3 * SOON_S


def test_an_endpoint_that_is_back_answers_further_calls():
    with open_door([*[ScriptedReply("broken", status=500)] * 4, "ok", "back"], retry=QUICK) as door:
        door.chat()
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "back"


def test_a_slow_answer_of_an_endpoint_that_lives_is_waited_for():
    with open_door(slow(1.4), retry=QUICK, timeout_s=SOON_S * 2) as door:
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "at last"
    assert len(door.server.seen) == 2
    assert not door.gateway.report().upstream_failed


def test_an_endpoint_that_answers_one_at_a_time_is_interrupted_once_and_then_waited_for():
    served = []

    def one_at_a_time(request: dict[str, Any]) -> ScriptedReply:
        served.append(is_own(request))
        if served.count(True) == 1 and is_own(request):
            return HANG  # as behind a long answer
        return ScriptedReply("ok") if is_own(request) else ScriptedReply("at last", delay_s=1.2)

    with open_door(one_at_a_time, retry=QUICK, timeout_s=SOON_S * 2) as door:
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "at last"
    assert served.count(False) == 2
    assert not door.gateway.report().upstream_failed


def test_calls_that_wait_together_share_one_question():
    with open_door(slow(1.4), retry=QUICK, timeout_s=SOON_S * 2) as door, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: door.chat(), range(4)))

    assert sum(is_own(seen.body) for seen in door.server.seen) == 1


def test_an_endpoint_may_be_silent_twice_as_long_as_its_slowest_answer():
    clock = FakeClock()
    pulse = Pulse(clock)

    clock.advance(50.0)
    pulse.heard(began_at_s=10.0)

    assert pulse.patience_s(30.0) == 80.0


def test_silence_is_counted_from_the_last_answer_to_anybody():
    clock = FakeClock()
    pulse = Pulse(clock)

    clock.advance(50.0)
    pulse.heard(began_at_s=0.0)
    clock.advance(20.0)

    assert (pulse.silent_s(since_s=10.0), pulse.silent_s(since_s=65.0)) == (20.0, 5.0)
