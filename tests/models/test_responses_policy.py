"""What of the responses API passes: whole conversations in text, own functions, nothing that lies at the provider."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.models.apis import Api, ModelRequest
from dgm.models.request_body import RequestDenied
from dgm.models.request_policy import read_request
from dgm.models.responses_policy import MAX_ITEMS

FUNCTION = {"type": "function", "name": "bash", "parameters": {"type": "object"}, "strict": False}
CALL = {"type": "function_call", "call_id": "c1", "name": "bash", "arguments": "{}", "id": "fc_1"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "done"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
field_names = st.sampled_from(
    ["input", "tools", "tool_choice", "max_output_tokens", "include", "reasoning", "text", "stream", "instructions"]
)


def read(value: Any = "hello", temperature: float | None = None, **fields: Any) -> ModelRequest:
    body = json.dumps({"input": value, **fields}).encode()
    return read_request(Api.RESPONSES, body, model="m", max_tokens=100, temperature=temperature)


@given(st.dictionaries(field_names, json_values, max_size=5))
def test_any_object_is_a_request_or_denied(fields):
    with suppress(RequestDenied):
        request = read(**{"value": fields.pop("input", "hello"), **fields})
        assert request.payload["store"] is False
        assert 1 <= request.output_tokens <= 100


def test_nothing_is_stored_at_the_provider_whatever_is_asked():
    assert read(store=True).payload["store"] is False


@pytest.mark.parametrize("name", ["previous_response_id", "conversation", "prompt", "background"])
def test_what_lies_at_the_provider_is_denied(name):
    with pytest.raises(RequestDenied, match=name):
        read(**{name: {"id": "x"}})


@pytest.mark.parametrize("name", ["previous_response_id", "conversation", "prompt", "background"])
def test_a_field_that_says_nothing_is_left_out(name):
    assert name not in read(**{name: None}).payload


@pytest.mark.parametrize(
    "name", ["metadata", "user", "service_tier", "context_management", "moderation", "max_tool_calls", "image"]
)
def test_a_field_that_is_not_known_is_left_out(name):
    assert name not in read(**{name: {"a": 1}}).payload


@pytest.mark.parametrize(
    "kind",
    [
        "web_search",
        "web_search_preview",
        "file_search",
        "code_interpreter",
        "computer_use_preview",
        "image_generation",
        "mcp",
        "custom",
        "local_shell",
        "namespace",
        "tool_search",
    ],
)
def test_a_tool_of_the_provider_is_stripped_and_named(kind):
    request = read(tools=[{"type": kind, "name": "x", "server_url": "http://evil", "tools": [FUNCTION]}, FUNCTION])

    assert request.payload["tools"] == [FUNCTION]
    assert f"tool {kind}" in request.stripped


def test_a_function_keeps_only_what_makes_a_function():
    request = read(tools=[{**FUNCTION, "connector_id": "c", "allowed_callers": ["programmatic"], "server_url": "u"}])

    assert request.payload["tools"] == [FUNCTION]


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "web_search_preview"},
        {"type": "mcp", "server_label": "x"},
        {"type": "allowed_tools", "mode": "required", "tools": [{"type": "mcp"}]},
        {"type": "function"},
        {"type": ["function"], "name": "bash"},
    ],
)
def test_a_choice_of_anything_but_an_own_function_is_stripped(choice):
    request = read(tools=[FUNCTION], tool_choice=choice)

    assert "tool_choice" not in request.payload


@pytest.mark.parametrize("choice", ["auto", "none", "required", {"type": "function", "name": "bash"}])
def test_a_choice_of_an_own_function_passes(choice):
    assert read(tools=[FUNCTION], tool_choice=choice).payload["tool_choice"] == choice


@pytest.mark.parametrize(
    "item",
    [
        {"type": "item_reference", "id": "msg_1"},
        {"type": "additional_tools", "role": "developer", "tools": [{"type": "mcp"}]},
        {"type": "mcp_approval_response", "approval_request_id": "x", "approve": True},
        {"type": "computer_call_output", "call_id": "c", "output": {"image_url": "http://evil"}},
        {"type": "file_search_call", "id": "x"},
        {"type": "image_generation_call", "id": "x"},
        {"type": "code_interpreter_call", "id": "x", "container_id": "c"},
        {"type": "local_shell_call", "id": "x"},
        {"type": "compaction", "encrypted_content": "x"},
        {"type": ["message"], "role": "user", "content": "x"},
        {"type": None, "id": "x"},
        "text",
        7,
    ],
)
def test_an_item_of_the_providers_is_denied(item):
    with pytest.raises(RequestDenied, match="item"):
        read([{"role": "user", "content": "hi"}, item])


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image", "image_url": "http://evil/x.png"},
        {"type": "input_image", "file_id": "file-1"},
        {"type": "input_file", "file_url": "http://evil/x.pdf"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_audio", "input_audio": {}},
        {"type": ["input_text"], "text": "x"},
        {"type": "input_text", "text": {"url": "x"}},
        "text",
    ],
)
@pytest.mark.parametrize("kind", ["message", "function_call_output"])
def test_a_part_that_is_not_text_is_denied(part, kind):
    holder = {"role": "user", "content": [part]} if kind == "message" else {**RESULT, "output": [part]}

    with pytest.raises(RequestDenied, match="only text"):
        read([holder])


def test_what_hangs_on_a_part_is_left_out():
    part = {"type": "output_text", "text": "x", "annotations": [{"type": "file_citation", "file_id": "f"}]}

    request = read([{"role": "assistant", "content": [part]}])

    assert request.payload["input"][0]["content"] == [{"type": "output_text", "text": "x", "annotations": []}]


def test_the_output_of_an_answer_can_be_sent_back():
    message = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "I will look.", "annotations": []}],
    }
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}

    request = read([{"type": "message", "role": "user", "content": "go"}, thought, message, CALL, RESULT])

    assert request.payload["input"][1:] == [thought, message, CALL, RESULT]


def test_reasoning_that_only_a_provider_with_a_memory_could_read_is_left_out_and_named():
    request = read([{"role": "user", "content": "go"}, {"type": "reasoning", "id": "rs_1", "summary": []}])

    assert [item["type"] for item in request.payload["input"]] == ["message"]
    assert request.stripped == ("reasoning without its content",)


def test_only_what_belongs_to_the_answer_is_included():
    request = read(include=["reasoning.encrypted_content", "web_search_call.action.sources", 7])

    assert request.payload["include"] == ["reasoning.encrypted_content"]
    assert "include web_search_call.action.sources" in request.stripped


def test_only_known_fields_of_reasoning_and_text_pass():
    request = read(reasoning={"effort": "low", "mode": "pro"}, text={"verbosity": "low", "url": "http://evil"})

    assert (request.payload["reasoning"], request.payload["text"]) == ({"effort": "low"}, {"verbosity": "low"})


@pytest.mark.parametrize("name", ["$ref", "$dynamicRef", "$recursiveRef"])
def test_a_schema_that_points_elsewhere_is_denied(name):
    schema = {"format": {"type": "json_schema", "name": "x", "schema": {"items": {name: "http://evil/s.json"}}}}

    with pytest.raises(RequestDenied, match="must point into the same schema"):
        read(text=schema)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [({}, (100, 16)), ({"max_output_tokens": 7}, (7, 7)), ({"max_output_tokens": 10**9}, (100, 16))],
)
def test_output_is_limited(asked, expected):
    request = read(**asked)

    assert (request.output_tokens, request.least_output) == expected


def test_a_forced_temperature_replaces_the_callers():
    assert read(temperature=0.0).payload["temperature"] == 0.0


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "input"),
        (None, "input"),
        ({"role": "user"}, "input"),
        ([{"content": "x"}], "item"),
        ([{"type": "message", "content": "x"}], "role"),
        ([{"role": "user", "content": 7}], "content"),
        ([{"type": "reasoning", "id": "r"}], "reasoning"),
        ([{"role": "user", "content": "x"}] * (MAX_ITEMS + 1), "4097 items"),
    ],
)
def test_an_input_that_says_nothing_is_denied(value, reason):
    with pytest.raises(RequestDenied, match=reason):
        read(value)


@pytest.mark.parametrize(
    "fields",
    [{"instructions": ["x"]}, {"reasoning": "high"}, {"text": []}, {"include": "all"}, {"tools": {}, "tool_choice": 1}],
)
def test_a_field_of_another_shape_is_denied(fields):
    with pytest.raises(RequestDenied):
        read(**fields)
