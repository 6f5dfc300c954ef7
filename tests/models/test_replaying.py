"""What went through a gateway once goes through again, and no endpoint is asked."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from dgm.errors import ModelUnavailable
from dgm.models import Recording, ReplayModels, ScriptedFault, ScriptedReply
from dgm.values import CallStatus, Lease
from tests.models.doors import MODEL, PLENTY, Door, RealClock, client_of, open_door, openai_client

HI: Any = [{"role": "user", "content": "hi"}]


class Replaying(Door):
    """A door on a recording: there is no server behind it."""

    models: ReplayModels


@contextmanager
def replaying(transcript: bytes, lease: Lease = PLENTY) -> Iterator[Replaying]:
    models = ReplayModels(transcript, max_tokens=4096, temperature=None, clock=RealClock())
    try:
        with models.open(MODEL, lease, purpose="solve") as gateway, client_of(gateway) as client:  # type: ignore[arg-type]
            door = Replaying(gateway, None, client)  # type: ignore[arg-type]
            door.models = models
            yield door
    finally:
        models.close()


def recorded(script: Any, *asks: Any, lease: Lease = PLENTY) -> tuple[bytes, list[httpx2.Response]]:
    """Let a client ask once, and return the transcript and what it was answered."""
    with open_door(script, lease=lease) as door:
        told = [ask(door) for ask in asks]
    return door.gateway.report().transcript, told


def chat(content: str = "hello", **fields: Any) -> Any:
    return lambda door: door.chat(content, **fields)


def same(first: httpx2.Response, second: httpx2.Response) -> bool:
    names = ("x-dgm-tokens-left", "x-should-retry", "content-type")
    heads = [[answer.headers.get(name) for name in names] for answer in (first, second)]
    return (first.status_code, first.content) == (second.status_code, second.content) and heads[0] == heads[1]


SCRIPTS: dict[str, tuple[Any, list[Any], Lease]] = {
    "answers": (["one", "two"], [chat("a"), chat("b")], PLENTY),
    "the same again": (["one", "two"], [chat("a"), chat("a")], PLENTY),
    "a stream": (["a long story " * 100], [chat("a", stream=True, stream_options={"include_usage": True})], PLENTY),
    "a stream of responses": (["a long story"], [lambda door: door.respond("a", stream=True)], PLENTY),
    "responses": (["one"], [lambda door: door.respond([{"role": "user", "content": "x"}])], PLENTY),
    "embeddings": (["one"], [lambda door: door.embed(["a", "b"])], PLENTY),
    "a bad request": (["one"], [chat("a", max_tokens=0), chat("b", stream="yes"), chat("c")], PLENTY),
    "another model": (["one"], [chat("a", model="gpt-5"), chat("b")], PLENTY),
    "overflow": ([ScriptedReply("too long", status=400, error_code="context_length_exceeded"), "x"],
                 [chat("a"), chat("b")], PLENTY),
    "a used-up lease": ([ScriptedReply("x", usage=(900, 50))], [chat("a"), chat("b"), chat("b")], Lease(1_000, 1, 60)),
    "a broken endpoint": (lambda body: ScriptedReply("broke", status=500) if "poison" in str(body) else "ok",
                          [chat("poison"), chat("a")], PLENTY),
    "notices": ([ScriptedReply("x", usage=(81_000, 0)), "y", "z"], [chat("a"), chat("b"), chat("c")], PLENTY),
    "stripped tools": (["one"], [chat("a", tools=[{"type": "web_search"}], metadata={"a": "b"})], PLENTY),
    "tries": ([ScriptedReply("busy", status=429), ScriptedReply(""), "at last"], [chat("a")], PLENTY),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_call_is_answered_as_it_was_with_the_lease_as_it_was(name):
    script, asks, lease = SCRIPTS[name]
    transcript, told = recorded(script, *asks, lease=lease)

    with replaying(transcript, lease) as door:
        again = [ask(door) for ask in asks]

    assert [same(first, second) for first, second in zip(told, again, strict=True)] == [True] * len(asks)
    assert (door.models.replayed.new, door.models.replayed.left) == ((), 0)


def test_calls_at_once_find_their_answers():
    def echo(request: dict[str, Any]) -> str:
        return "to " + str(request["messages"][0]["content"])

    texts = [f"question {number}" for number in range(20)]
    transcript, _ = recorded(echo, *map(chat, texts))

    with replaying(transcript) as door, ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda text: door.chat(text).json()["choices"][0]["message"]["content"], reversed(texts)))

    assert said == [f"to {text}" for text in reversed(texts)]


def test_a_request_that_was_never_recorded_is_an_error_and_its_number_is_known():
    transcript, _ = recorded(["one", "two"], chat("a"), chat("b"))

    with replaying(transcript) as door:
        door.chat("a")
        answer = door.chat("something else")

    replayed = door.models.replayed
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_recorded")
    assert (replayed.calls, replayed.new, replayed.left) == (2, (2,), 1)


def test_a_caller_that_went_away_is_made_to_wait_again():
    def leaving(door: Door) -> httpx2.Response:
        with pytest.raises(httpx2.ReadTimeout):
            door.client.post("/v1/chat/completions", json={"messages": HI}, timeout=0.2)
        return door.chat("after that")

    def hang(request: dict[str, Any]) -> ScriptedReply | str:
        return ScriptedReply(fault=ScriptedFault.HANG) if request["messages"] == HI else "ok"

    transcript, _ = recorded(hang, leaving)

    with replaying(transcript) as door:
        assert leaving(door).status_code == 200


def test_a_client_of_the_openai_package_is_replayed():
    transcript, _ = recorded(["yes"], chat("hi", model=MODEL, stream=True))

    with replaying(transcript) as door, openai_client(door.gateway) as client:
        chunks = client.chat.completions.create(model=MODEL, messages=HI, stream=True)
        said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    assert said == "yes"


def test_each_gateway_begins_at_the_beginning():
    transcript, _ = recorded(["one"], chat("a"))
    models = ReplayModels(transcript, max_tokens=4096, temperature=None, clock=RealClock())

    said = []
    for _ in range(2):
        with models.open(MODEL, PLENTY, purpose="solve") as gateway, client_of(gateway) as client:  # type: ignore[arg-type]
            said.append(client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "a"}]}))
    models.close()

    assert [answer.status_code for answer in said] == [200, 200]


def test_the_report_tells_the_calls_as_they_were():
    transcript, _ = recorded([ScriptedReply("x", usage=(70, 7))], chat("a"))

    with replaying(transcript) as door:
        door.chat("a")

    report = door.gateway.report()
    (call,) = report.calls
    assert (call.input_tokens, call.output_tokens, call.status) == (70, 7, CallStatus.OK)
    assert (report.upstream_failed, report.upstream_refused) == (False, None)


def test_a_call_of_the_host_is_replayed():
    with open_door(["a proposal"]) as door:
        door.gateway.complete(HI, max_tokens=5, purpose="diagnose")

    with replaying(door.gateway.report().transcript) as again:
        assert again.gateway.complete(HI, max_tokens=5, purpose="diagnose").text == "a proposal"
        with pytest.raises(ModelUnavailable):
            again.gateway.complete(HI, max_tokens=5, purpose="diagnose")


def test_a_transcript_that_was_full_says_so():
    line = {"call": 1, "request": None, "response": None, "omitted": "the transcript is full"}

    assert Recording(json.dumps(line).encode()).omitted == 1
