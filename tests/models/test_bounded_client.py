"""The client to an endpoint: whole answers within bounds, and nothing beyond them."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from dgm.models import ScriptedReply
from dgm.models.bounded_client import MAX_ANSWER_BYTES, AnswerTooLarge, BoundedClient
from tests.models.doors import open_door


def fetched(answer: httpx2.Response) -> httpx2.Response:
    async def get() -> httpx2.Response:
        async with BoundedClient(transport=httpx2.MockTransport(lambda _: answer)) as client:
            return await client.get("http://endpoint/")

    return asyncio.run(get())


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield bytes(1 << 16)


def test_an_answer_comes_whole_with_its_status_and_headers():
    answer = fetched(httpx2.Response(429, headers={"retry-after": "7"}, content=b"busy"))

    assert (answer.status_code, answer.headers["retry-after"], answer.content) == (429, "7", b"busy")


def test_a_packed_answer_is_unpacked():
    answer = fetched(httpx2.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(b"{}")))

    assert answer.json() == {}


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_never_ends_is_given_up(status):
    with pytest.raises(AnswerTooLarge):
        fetched(httpx2.Response(status, content=endless()))


def test_a_small_answer_that_unpacks_to_a_large_one_is_given_up():
    packed = gzip.compress(bytes(MAX_ANSWER_BYTES + 1))

    with pytest.raises(AnswerTooLarge):
        fetched(httpx2.Response(200, headers={"content-encoding": "gzip"}, content=packed))


def test_an_answer_that_is_too_large_is_told_to_the_caller():
    def script(request: dict[str, Any]) -> ScriptedReply | str:
        return ScriptedReply("x" * MAX_ANSWER_BYTES) if request["messages"][0]["content"] == "hello" else "ok"

    with open_door(script) as door:
        answer = door.chat()

    assert answer.status_code == 502
    assert "larger than 16 MiB" in answer.json()["error"]["message"]
