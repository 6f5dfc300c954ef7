"""Endpoints that have chat completions and nothing else: the agent is told, and nothing is blamed on anybody."""

import pytest

from dgm.models import ScriptedReply, ScriptedServer
from dgm.values import CallStatus
from tests.models.doors import MODEL, PLENTY, Door, client_of, models_on, open_door

NOT_FOUND = ScriptedReply("Not Found", status=404)


def door_without(reply, script=("ok",)):
    return ScriptedServer(script, lacking={"responses": reply, "embeddings": reply})


@pytest.fixture(params=[404, 405, 501])
def door(request):
    with (
        door_without(ScriptedReply("no such route", status=request.param)) as server,
        models_on(server) as models,
        models.open(MODEL, PLENTY, purpose="solve") as gateway,
        client_of(gateway) as client,
    ):
        yield Door(gateway, server, client)


@pytest.mark.parametrize("ask", [Door.respond, Door.embed])
def test_the_agent_gets_a_clear_error(door, ask):
    answer = ask(door)

    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "not_supported")
    assert "lacks" in answer.json()["error"]["message"]


@pytest.mark.parametrize("ask", [Door.respond, Door.embed])
def test_neither_is_the_trial_unscored_nor_the_run_stopped(door, ask):
    ask(door)

    report = door.gateway.report()
    assert (report.upstream_failed, report.upstream_refused) == (False, None)
    assert report.calls[-1].status is CallStatus.REFUSED_REQUEST


def test_chat_goes_on(door):
    door.respond()

    assert door.chat().status_code == 200


def test_the_endpoint_is_asked_for_it_once(door):
    for _ in range(3):
        door.respond()

    assert [seen.path for seen in door.server.seen].count("/v1/responses") == 1


def test_what_it_lacks_costs_no_more_than_the_question():
    with (
        door_without(NOT_FOUND) as server,
        models_on(server) as models,
        models.open(MODEL, PLENTY, purpose="solve") as gateway,
        client_of(gateway) as client,
    ):
        Door(gateway, server, client).respond("x" * 1000)

    assert gateway.report().spent.tokens < 100


def test_a_model_that_is_gone_is_not_taken_for_a_lack():
    gone = ScriptedReply("no such model", status=404, error_code="model_not_found")

    with open_door([gone]) as door:
        door.respond()

    assert "no such model" in (door.gateway.report().upstream_refused or "")


def test_a_key_that_is_refused_there_too_stops_the_run():
    with open_door([ScriptedReply("bad key", status=401)]) as door:
        door.respond()

    assert "bad key" in (door.gateway.report().upstream_refused or "")


def test_a_model_that_may_not_embed_is_the_agents_to_handle():
    def only_chat(request):
        return ScriptedReply("not this model", status=403) if "input" in request else "ok"

    with open_door(only_chat) as door:
        answer = door.embed()

    assert answer.status_code == 403
    assert door.gateway.report().upstream_refused is None
