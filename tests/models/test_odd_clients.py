"""Clients that speak HTTP or JSON in unusual ways: each gets an answer or an error, and nothing slips by the policy."""

import json
import socket
import time
from typing import Any

import pytest

from tests.models.doors import MODEL, Door, open_door

BODY = json.dumps({"messages": [{"role": "user", "content": "hello"}]}).encode()
STREAM = json.dumps({"messages": [{"role": "user", "content": "hello"}], "stream": True}).encode()
CHAT = b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\n"


def with_length(body: bytes, head: bytes = CHAT) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def raw(door: Door, *sent: bytes, until: bytes = b"", pause_s: float = 0.0) -> bytes:
    """Send bytes as they are, and return what comes back until something does, or the connection ends."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(door.gateway.socket))
        for part in sent:
            client.sendall(part)
            time.sleep(pause_s)
        got = b""
        while (not until or until not in got) and (part := client.recv(65536)):
            got += part
        return got


def test_a_client_of_http_1_0_gets_its_answer_and_the_end():
    head = b"POST /v1/chat/completions HTTP/1.0\r\n"

    with open_door(["old but well"]) as door:
        got = raw(door, with_length(BODY, head))

    assert b" 200 OK" in got
    assert b"old but well" in got


def test_a_client_of_http_1_0_gets_its_stream_without_chunks():
    head = b"POST /v1/chat/completions HTTP/1.0\r\n"

    with open_door(["old but well"]) as door:
        got = raw(door, with_length(STREAM, head))

    assert b"transfer-encoding" not in got.lower()
    assert got.endswith(b"data: [DONE]\n\n")


def test_a_body_in_chunks_is_put_together():
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, BODY[place : place + 1]) for place in range(len(BODY)))

    with open_door() as door:
        got = raw(door, CHAT + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n", until=b"answer")

    assert b"an answer" in got
    assert door.sent["messages"] == [{"role": "user", "content": "hello"}]


def test_a_body_that_comes_slowly_is_waited_for():
    request = with_length(BODY)

    with open_door() as door:
        got = raw(door, request[:100], request[100:110], request[110:], until=b"answer", pause_s=0.05)

    assert b"an answer" in got


def test_requests_in_a_pipeline_are_answered_in_order():
    with open_door(["the first", "the second", "the third"]) as door:
        got = raw(door, with_length(BODY) * 3, until=b"the third")

    assert got.index(b"the first") < got.index(b"the second") < got.index(b"the third")


def test_streams_in_a_pipeline_are_told_in_order():
    with open_door(["the first", "the second"]) as door:
        got = raw(door, with_length(STREAM) * 2, until=b"the second")

    assert got.index(b"the first") < got.index(b"[DONE]") < got.index(b"the second")


def test_a_client_that_asks_whether_to_go_on_is_told_to():
    head = CHAT + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY)

    with open_door() as door:
        got = raw(door, head, BODY, until=b"answer", pause_s=0.1)

    assert got.startswith(b"HTTP/1.1 100 Continue")
    assert b"an answer" in got


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_the_body_counts_and_not_what_it_is_called(kind):
    with open_door() as door:
        answer = door.client.post("/v1/chat/completions", content=BODY, headers={"content-type": kind})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"NONSENSE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        CHAT + b"Content-Length: -5\r\n\r\n",
        CHAT + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
    ],
    ids=["words", "tls", "negative length", "two lengths"],
)
def test_what_is_no_request_is_an_error_and_reaches_nothing(sent):
    with open_door() as door:
        got = raw(door, sent)

    assert b" 400 " in got[:20]
    assert door.server.seen == []


@pytest.mark.parametrize("head", [b"Connection: Upgrade\r\nUpgrade: websocket\r\n", b"X-HTTP-Method-Override: GET\r\n"])
def test_a_head_that_asks_for_something_else_changes_nothing(head):
    with open_door() as door:
        got = raw(door, with_length(BODY, CHAT + head), until=b"answer")

    assert b"an answer" in got


@pytest.mark.parametrize(
    "path",
    [
        "//v1/chat/completions",
        "/v1/../v1/files",
        "/v1/chat%2Fcompletions/",
        "/V1/responses",
        "/v1/responses/x/input_items",
        "/v1/responses/compact",
        "/v1/containers",
        "/v1/vector_stores",
        "/v1/audio/speech",
        "/v1/images/generations",
        "/v1/batches",
    ],
)
def test_no_other_path_leads_anywhere(path):
    with open_door() as door:
        got = raw(door, with_length(BODY, b"POST %s HTTP/1.1\r\nHost: x\r\n" % path.encode()), until=b"gateway answers")

    assert b" 404 " in got[:20]
    assert door.server.seen == []


def test_a_path_that_is_none_tells_nothing_of_the_host():
    with open_door() as door:
        got = raw(door, b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", until=b"gateway answers")

    assert b"OPTIONS * does not exist" in got
    assert door.gateway.socket.parent.name.encode() not in got


def test_a_compressed_body_is_no_json():
    with open_door() as door:
        answer = door.client.post("/v1/chat/completions", content=b"\x1f\x8b\x08", headers={"content-encoding": "gzip"})

    assert answer.status_code == 400


TWICE: list[tuple[str, str]] = [
    ("chat/completions", '"messages": [{"role": "user", "content": "a", "content": "hello"}], "n": 1, "n": 9'),
    ("chat/completions", '"model": "gpt-5", "model": "scripted", "messages": [{"role": "user", "content": "hello"}]'),
    ("responses", '"input": "hello", "store": false, "store": true'),
    ("responses", '"input": "hello", "tools": [], "tools": [{"type": "web_search"}]'),
    ("responses", '"previous_response_id": "x", "previous_response_id": null, "input": "hello"'),
]


@pytest.mark.parametrize(("path", "fields"), TWICE)
def test_a_key_that_stands_twice_is_sent_on_once_as_it_was_checked(path, fields):
    with open_door() as door:
        answer = door.client.post(f"/v1/{path}", content=f"{{{fields}}}")

    sent = door.sent
    assert answer.status_code == 200
    assert sent["model"] == MODEL
    assert not {"n", "tools", "previous_response_id"} & sent.keys()
    assert sent.get("store") in {None, False}


ODD: list[dict[str, Any]] = [
    {
        "tools": [
            {"type": "function", "function": {"name": "f", "tools": [{"type": "mcp"}], "server_url": "http://evil"}}
        ]
    },
    {"tools": [{"type": "function", "function": {"name": "f"}, "server_url": "http://evil"}]},
    {"tool_choice": {"type": "web_search_preview"}, "tools": [{"type": "function", "function": {"name": "f"}}]},
    {"tool_choice": {"type": "mcp", "server_label": "evil"}},
    {"include": ["web_search_call.action.sources"], "metadata": {"a": "http://evil"}},
    {"web_search_options": {"user_location": "evil"}, "plugins": [{"id": "evil"}]},
    {"extra_body": {"tools": [{"type": "mcp", "server_url": "http://evil"}]}, "functions": [{"name": "evil"}]},
    {"store": True, "safety_identifier": "evil", "prompt_cache_key": "evil"},
    {"response_format": {"type": "text"}, "stream": None, "audio": {"voice": "evil"}, "modalities": ["evil"]},
]


@pytest.mark.parametrize("fields", ODD)
def test_nothing_odd_in_a_request_reaches_the_endpoint(fields):
    with open_door() as door:
        answer = door.chat(**fields)

    assert answer.status_code == 200
    assert "evil" not in str(door.sent)
    assert "web_search" not in str(door.sent)


@pytest.mark.parametrize("ask", [Door.chat, Door.respond, Door.embed])
def test_another_model_reaches_nothing(ask):
    with open_door() as door:
        answer = ask(door, model="gpt-5")

    assert answer.status_code == 404
    assert door.server.seen == []


@pytest.mark.parametrize("ask", [Door.chat, Door.respond, Door.embed])
def test_a_body_beyond_one_mebibyte_reaches_nothing(ask):
    with open_door() as door:
        answer = ask(door, "x" * (1 << 20))

    assert answer.status_code == 413
    assert door.server.seen == []


def test_a_client_that_is_slow_to_read_delays_nobody_else():
    with open_door(["x" * 1_000_000]) as door, socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(door.gateway.socket))
        slow.sendall(with_length(STREAM))  # and never reads
        answer = door.chat()

    assert answer.status_code == 200


def test_a_closed_gateway_refuses():
    with open_door() as door:
        door.gateway.close()

        with pytest.raises(FileNotFoundError):
            raw(door, with_length(BODY))
