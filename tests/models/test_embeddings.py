"""Embeddings: of the run's own model, paid as input alone, where the endpoint has them at all."""

import json
from typing import Any

import pytest

from dgm.models import ScriptedReply
from dgm.models.apis import Api, ModelRequest
from dgm.models.embeddings_policy import MAX_INPUTS
from dgm.models.request_body import TEMPLATE_TOKENS, RequestDenied
from dgm.models.request_policy import read_request
from dgm.values import CallStatus, Lease
from tests.models.doors import MODEL, open_door, openai_client


def read(value: Any, **fields: Any) -> ModelRequest:
    return read_request(Api.EMBEDDINGS, json.dumps({"input": value, **fields}).encode(), model="m", max_tokens=100)


@pytest.mark.parametrize("value", ["text", ["a", "b"], [1, 2, 3], [[1, 2], [3]]])
def test_texts_and_tokens_pass(value):
    assert read(value, encoding_format="base64").payload == {"input": value, "encoding_format": "base64", "model": "m"}


@pytest.mark.parametrize("value", [None, [], {}, 7, [True], ["a", {"url": "http://evil"}], [[]], [["a"]], [1, "a"]])
def test_anything_else_is_denied(value):
    with pytest.raises(RequestDenied, match="input"):
        read(value)


def test_more_inputs_than_anyone_needs_are_denied():
    with pytest.raises(RequestDenied, match="2049 inputs"):
        read(["a"] * (MAX_INPUTS + 1))


def test_an_unknown_field_is_stripped_and_named():
    assert read("a", input_url="http://evil").stripped == ("input_url",)


def test_another_model_is_denied():
    with pytest.raises(RequestDenied, match="'m'"):
        read("a", model="text-embedding-3-small")


def test_the_openai_client_gets_vectors():
    with open_door() as door, openai_client(door.gateway) as client:
        made = client.embeddings.create(model=MODEL, input=["a", "b", "a"])

    vectors = [entry.embedding for entry in made.data]
    assert vectors[0] == vectors[2] != vectors[1]


def test_a_call_is_charged_its_input_alone():
    with open_door([ScriptedReply(usage=(12, 99))]) as door:
        door.embed()

    (call,) = door.gateway.report().calls
    assert (call.input_tokens, call.output_tokens, call.status) == (12, 0, CallStatus.OK)


@pytest.mark.parametrize(("tokens", "status"), [(TEMPLATE_TOKENS + 50, 200), (TEMPLATE_TOKENS, 429)])
def test_a_lease_pays_what_fits_into_it_without_any_output(tokens, status):
    with open_door(lease=Lease(tokens, 1.0, 60.0)) as door:
        answer = door.embed("a")

    assert answer.status_code == status
