"""What passes the gateway: text and own functions, one model, one answer, bounded output."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.models.apis import Api, ModelRequest
from dgm.models.chat_policy import MAX_MESSAGES
from dgm.models.own_tools import MAX_TOOLS
from dgm.models.request_body import MAX_BODY_BYTES, MAX_DEPTH, MAX_VALUES, RequestDenied
from dgm.models.request_policy import read_request

HELLO = [{"role": "user", "content": "hello"}]
FUNCTION = {"type": "function", "function": {"name": "bash", "parameters": {"type": "object"}}}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
field_names = st.sampled_from(
    ["model", "messages", "tools", "max_tokens", "max_completion_tokens", "n", "stream", "response_format", "stop", "x"]
)


def read(temperature: float | None = None, **fields: Any) -> ModelRequest:
    body = json.dumps({"messages": HELLO, **fields}).encode()
    return read_request(Api.CHAT, body, model="m", max_tokens=100, temperature=temperature)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_denied(body):
    with suppress(RequestDenied):
        assert read_request(Api.CHAT, body, model="m", max_tokens=100).payload["messages"]


@given(st.dictionaries(field_names, json_values, max_size=6))
def test_any_object_is_a_request_or_denied(fields):
    try:
        request = read(**fields)
    except RequestDenied:
        return
    assert request.payload["model"] == "m"
    assert 1 <= request.output_tokens <= 100


@given(st.text(min_size=1))
def test_the_bound_covers_every_byte_of_the_text(text):
    try:
        request = read(messages=[{"role": "user", "content": text}])
    except RequestDenied:
        return
    assert request.input_bound >= len(text.encode())


@pytest.mark.parametrize(
    "name", ["web_search_options", "store", "metadata", "modalities", "service_tier", "prediction"]
)
def test_a_field_that_is_not_known_is_stripped_and_named(name):
    request = read(**{name: {"a": 1}})

    assert name not in request.payload
    assert request.stripped == (name,)


@pytest.mark.parametrize("kind", ["web_search", "code_interpreter", "mcp", "file_search", "custom"])
def test_a_tool_of_the_provider_is_stripped_and_named(kind):
    request = read(tools=[{"type": kind, "server_url": "http://evil"}, FUNCTION])

    assert request.payload["tools"] == [FUNCTION]
    assert request.stripped == (f"tool {kind}",)


@pytest.mark.parametrize("choice", [{"type": "custom", "custom": {"name": "x"}}, {"type": "allowed_tools"}, {}])
def test_a_choice_of_anything_but_an_own_function_is_stripped(choice):
    request = read(tools=[FUNCTION], tool_choice=choice)

    assert "tool_choice" not in request.payload
    assert request.stripped == (f"tool_choice {choice.get('type')}",)


@pytest.mark.parametrize("choice", ["auto", "none", {"type": "function", "function": {"name": "bash"}}])
def test_a_choice_of_an_own_function_passes(choice):
    assert read(tools=[FUNCTION], tool_choice=choice).payload["tool_choice"] == choice


def test_a_choice_of_tools_goes_with_the_last_tool():
    request = read(tools=[{"type": "web_search"}], tool_choice="required")

    assert "tools" not in request.payload
    assert "tool_choice" not in request.payload


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "http://evil/x.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "input_audio", "input_audio": {}},
        {"type": ["text"], "text": "x"},
        "text",
    ],
)
def test_a_part_that_is_not_text_is_denied(part):
    with pytest.raises(RequestDenied, match="only text"):
        read(messages=[{"role": "user", "content": [part]}])


@pytest.mark.parametrize("reference", ["http://evil/schema.json", "file:///etc/passwd", "other.json"])
def test_a_schema_that_points_elsewhere_is_denied(reference):
    tool = {"type": "function", "function": {"name": "f", "parameters": {"items": [{"$ref": reference}]}}}

    with pytest.raises(RequestDenied, match="ref"):
        read(tools=[tool])


def test_a_schema_that_points_into_itself_passes():
    schema = {"type": "json_schema", "json_schema": {"schema": {"$ref": "#/$defs/a"}}}

    assert read(response_format=schema).payload["response_format"] == schema


def test_another_model_is_denied_and_the_right_one_named():
    with pytest.raises(RequestDenied, match="'m'") as denied:
        read(model="gpt-5")

    assert (denied.value.status, denied.value.code) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, (100, "max_tokens")),
        ({"max_tokens": 7}, (7, "max_tokens")),
        ({"max_tokens": 10**9}, (100, "max_tokens")),
        ({"max_completion_tokens": 8}, (8, "max_completion_tokens")),
        ({"max_completion_tokens": 9, "max_tokens": 3}, (3, "max_completion_tokens")),
        ({"max_tokens": None}, (100, "max_tokens")),
    ],
)
def test_output_is_limited_under_the_callers_name_for_it(limits, expected):
    request = read(**limits)

    assert (request.output_tokens, request.limit_field) == expected


@pytest.mark.parametrize("limit", [0, -1, 1.5, "10", True, [1]])
def test_a_limit_that_is_no_count_is_denied(limit):
    with pytest.raises(RequestDenied, match="max_tokens"):
        read(max_tokens=limit)


def test_more_than_one_answer_is_not_asked_for():
    assert "n" not in read(n=128).payload


def test_a_forced_temperature_replaces_the_callers():
    assert read(temperature=0.0, **{}).payload["temperature"] == 0.0


def test_a_body_that_is_too_large_is_denied():
    with pytest.raises(RequestDenied) as denied:
        read_request(Api.CHAT, b" " * (MAX_BODY_BYTES + 1), model="m", max_tokens=100)

    assert denied.value.status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"messages": [{"role": "user", "content": "x"}], "temperature": NaN}',
        b'{"messages": [{"role": "user", "content": "x"}], "temperature": 1e999}',
        b'{"messages": []}',
        b'{"messages": [{"content": "x"}]}',
        b'{"messages": [{"role": "user", "content": 5}]}',
        b"",
        b"null",
    ],
)
def test_a_body_that_cannot_be_sent_on_is_denied(body):
    with pytest.raises(RequestDenied):
        read_request(Api.CHAT, body, model="m", max_tokens=100)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"messages": HELLO * (MAX_MESSAGES + 1)}, "4097 messages"),
        ({"tools": [FUNCTION] * (MAX_TOOLS + 1)}, "129 tools"),
        ({"tools": [{"type": "mcp"}] * (MAX_TOOLS + 1)}, "129 tools"),
        ({"stop": [0] * MAX_VALUES}, "values"),
    ],
)
def test_more_pieces_than_anyone_needs_are_denied(fields, reason):
    with pytest.raises(RequestDenied, match=reason):
        read(**fields)


@pytest.mark.parametrize("depth", [MAX_DEPTH, 900, 100_000])
def test_a_body_that_nests_too_deeply_is_denied(depth):
    body = b'{"messages": [{"role": "user", "content": "x"}], "stop": %s}' % (b"[" * depth + b"]" * depth)

    with pytest.raises(RequestDenied) as denied:
        read_request(Api.CHAT, body, model="m", max_tokens=100)

    assert denied.value.status == 400


@pytest.mark.parametrize("unit", ['{"type": "mcp", "a": []}', '{"type": "function", "function": {}}', "[]", "0"])
def test_no_body_takes_long_to_read(unit):
    body = (
        f'{{"messages": [{{"role": "user", "content": "x"}}], "tools": [{",".join([unit] * (900_000 // len(unit)))}]}}'
    )
    started_s = time.thread_time()

    with pytest.raises(RequestDenied):
        read_request(Api.CHAT, body.encode(), model="m", max_tokens=100)

    assert time.thread_time() - started_s < 1.0
