"""Streams, as clients of the `openai` package read them: whole, kept alive while they wait, and their errors raised."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai
import pytest
from pydantic import BaseModel

from dgm.models import ScriptedFault, ScriptedReply
from dgm.models.apis import Api, Stream, StreamWish
from dgm.models.loop_thread import LoopThread
from dgm.models.replies import Reply, error_reply
from dgm.models.server import SocketServer
from dgm.values import CallStatus, Lease
from tests.models.doors import MODEL, PLENTY, async_openai_client, open_door, openai_client

HI: Any = [{"role": "user", "content": "hi"}]
CALL = {"id": "call_1", "type": "function", "function": {"name": "bash", "arguments": '{"command": "ls"}'}}
LONG = "a word " * 400


class Point(BaseModel):
    x: int


@contextmanager
def client_of(script: Any = ("an answer",), **door: Any) -> Iterator[openai.OpenAI]:
    with open_door(script, **door) as opened, openai_client(opened.gateway) as client:
        yield client


def chat_text(client: openai.OpenAI) -> str:
    chunks = client.chat.completions.create(model=MODEL, messages=HI, stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def chat_helper_text(client: openai.OpenAI) -> str:
    with client.chat.completions.stream(model=MODEL, messages=HI) as stream:
        return stream.get_final_completion().choices[0].message.content or ""


def response_text(client: openai.OpenAI) -> str:
    events = client.responses.create(model=MODEL, input="hi", stream=True)
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


def response_helper_text(client: openai.OpenAI) -> str:
    with client.responses.stream(model=MODEL, input="hi") as stream:
        return stream.get_final_response().output_text


ASK: list[Callable[[openai.OpenAI], str]] = [chat_text, chat_helper_text, response_text, response_helper_text]


@pytest.mark.parametrize("ask", ASK)
def test_a_stream_tells_the_whole_answer(ask):
    with client_of([LONG]) as client:
        assert ask(client) == LONG


@pytest.mark.parametrize("ask", ASK)
def test_a_lease_that_is_used_up_is_an_error_with_its_own_status(ask):
    with client_of(lease=Lease(10, 1.0, 60.0)) as client, pytest.raises(openai.RateLimitError, match="lease used up"):
        ask(client)


@pytest.mark.parametrize("ask", ASK)
def test_a_fault_of_the_endpoint_is_an_error_with_its_own_status(ask):
    with client_of([ScriptedReply("broken", status=500)]) as client, pytest.raises(openai.InternalServerError):
        ask(client)


def test_tool_calls_are_streamed():
    reply = ScriptedReply("", tool_calls=(CALL,))
    with client_of([reply]) as client, client.chat.completions.stream(model=MODEL, messages=HI) as stream:
        choice = stream.get_final_completion().choices[0]

    assert [call.function.arguments for call in choice.message.tool_calls or []] == [CALL["function"]["arguments"]]
    assert choice.finish_reason == "tool_calls"


def test_function_calls_of_a_response_are_streamed():
    reply = ScriptedReply("", tool_calls=(CALL,))
    with client_of([reply]) as client, client.responses.stream(model=MODEL, input="hi") as stream:
        (item,) = stream.get_final_response().output

    assert (item.type, item.arguments) == ("function_call", CALL["function"]["arguments"])


def test_structured_answers_are_parsed():
    with client_of(['{"x": 3}']) as client:
        with client.responses.stream(model=MODEL, input="hi", text_format=Point) as stream:
            parsed = stream.get_final_response().output_parsed
        with client.chat.completions.stream(model=MODEL, messages=HI, response_format=Point) as chunks:
            of_chat = chunks.get_final_completion().choices[0].message.parsed

    assert parsed == of_chat == Point(x=3)


def test_the_tokens_are_told_where_they_are_asked_for():
    with client_of([ScriptedReply("x", usage=(10, 2))]) as client:
        options: Any = {"include_usage": True}
        *_, last = client.chat.completions.create(model=MODEL, messages=HI, stream=True, stream_options=options)

    assert last.usage is not None
    assert last.usage.total_tokens == 12


def test_an_asynchronous_client_reads_streams():
    async def said(gateway: Any) -> tuple[str, str]:
        async with async_openai_client(gateway) as client:
            chunks = await client.chat.completions.create(model=MODEL, messages=HI, stream=True)
            text = "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])
            async with client.responses.stream(model=MODEL, input="hi") as stream:
                return text, (await stream.get_final_response()).output_text

    with open_door([LONG]) as door:
        assert asyncio.run(said(door.gateway)) == (LONG, LONG)


def test_the_endpoint_itself_is_not_asked_to_stream():
    with open_door() as door:
        door.chat(stream=True, stream_options={"include_usage": True})

    assert not {"stream", "stream_options"} & door.sent.keys()


def test_a_stream_is_paid_and_recorded_as_any_call():
    with open_door([ScriptedReply("x", usage=(10, 5))]) as door:
        door.chat(stream=True)

    (call,) = door.gateway.report().calls
    assert (call.input_tokens, call.output_tokens, call.status) == (10, 5, CallStatus.OK)


@pytest.mark.parametrize("wish", ["yes", 1, 0, "", [], {}])
@pytest.mark.parametrize("path", ["chat/completions", "responses"])
def test_a_wish_that_is_neither_true_nor_false_is_denied(wish, path):
    with open_door() as door:
        answer = door.client.post(f"/v1/{path}", json={"messages": HI, "input": "hi", "stream": wish})

    assert answer.status_code == 400
    assert "`stream` must be" in answer.json()["error"]["message"]


def test_a_passing_fault_is_never_seen_in_a_stream():
    half = ScriptedReply("half an answer", fault=ScriptedFault.CUT_STREAM)

    with client_of([half, "whole"]) as client:
        assert chat_text(client) == "whole"


def test_many_streams_at_once_are_all_told():
    with open_door([LONG]) as door, openai_client(door.gateway) as client, ThreadPoolExecutor(24) as pool:
        said = list(pool.map(lambda _: chat_text(client), range(48)))

    assert said == [LONG] * 48


def test_a_caller_that_leaves_a_stream_ends_its_call():
    with open_door([ScriptedReply(fault=ScriptedFault.HANG)]) as door, pytest.raises(httpx2.ReadTimeout):
        door.client.post("/v1/responses", json={"input": "hi", "stream": True}, timeout=0.2)

    report = door.gateway.report()
    assert report.calls[0].status is CallStatus.ABANDONED
    assert report.spent.tokens == PLENTY.tokens - door.gateway.tokens_left


@dataclass
class Waiting:
    """Answers after a while, as a gateway does; and says whether a call was cancelled."""

    reply: Reply
    delay_s: float
    headers: Mapping[str, str] = field(default_factory=dict)
    cancelled: bool = False

    async def answer(self, api: Api, body: bytes, wish: StreamWish) -> Reply:
        wish.stream = Stream()
        try:
            await asyncio.sleep(self.delay_s)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return self.reply


@contextmanager
def waiting(answers: Waiting) -> Iterator[httpx2.HTTPTransport]:
    """Serve with a comment each 20 ms of waiting."""
    loop = LoopThread()

    async def started() -> SocketServer:
        server = SocketServer(MODEL, answers, keep_alive_s=0.02)
        await server.start()
        return server

    server = loop.run(started())
    try:
        yield httpx2.HTTPTransport(uds=str(server.socket))
    finally:
        loop.run(server.stop())
        loop.close()


MESSAGE = {"role": "assistant", "content": "at last"}
ANSWER = Reply(200, {"choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]})


def test_a_stream_is_kept_alive_while_it_waits():
    with waiting(Waiting(ANSWER, 0.5)) as transport, httpx2.Client(transport=transport, timeout=0.25) as client:
        told = client.post("http://gateway/v1/chat/completions", json={}).text

    assert told.startswith(": ")
    assert told.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("path", ["chat", "responses"])
def test_an_error_after_the_head_was_sent_is_raised_by_the_client(path):
    failing = Waiting(error_reply(502, "the endpoint broke", kind="server_error"), 0.1)

    with waiting(failing) as transport:
        http = openai.DefaultHttpxClient(transport=transport)
        client = openai.OpenAI(base_url="http://gateway/v1", api_key="x", http_client=http)
        with client, pytest.raises(openai.APIError, match="the endpoint broke"):
            chat_text(client) if path == "chat" else response_text(client)


def test_a_caller_that_leaves_in_the_middle_of_a_stream_ends_its_call():
    answers = Waiting(ANSWER, 60.0)

    with waiting(answers) as transport, httpx2.Client(transport=transport) as client:
        with client.stream("POST", "http://gateway/v1/chat/completions", json={}) as told:
            next(told.iter_bytes())
        deadline_s = time.monotonic() + 5
        while not answers.cancelled and time.monotonic() < deadline_s:
            time.sleep(0.01)

    assert answers.cancelled
