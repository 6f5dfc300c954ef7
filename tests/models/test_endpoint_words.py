"""What an endpoint says in its errors and answers: harmless, and without key or address."""

import logging

import pytest

from dgm.models import ScriptedReply
from tests.models.doors import KEY, open_door


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_a_key_that_the_endpoint_echoes_reaches_nobody(status):
    with open_door([ScriptedReply(f"your key is {KEY}", status=status)]) as door:
        answer = door.chat()

    report = door.gateway.report()
    assert KEY not in answer.text
    assert KEY.encode() not in report.transcript
    assert KEY not in str(report)


def test_the_endpoints_address_stands_in_no_error():
    def tell(_: object) -> ScriptedReply:
        return ScriptedReply(f"ask {door.server.base_url} again", status=400)

    with open_door(tell) as door:
        answer = door.chat()

    assert door.server.base_url not in answer.text
    assert "127.0.0.1" not in answer.text
    assert b"127.0.0.1" not in door.gateway.report().transcript


def test_the_key_and_the_address_stand_in_no_log(caplog):
    caplog.set_level(logging.DEBUG)
    failing = ScriptedReply(f"your key is {KEY}", status=500)

    with open_door([failing, "x"]) as door:
        door.chat()

    assert "again in" in caplog.text
    assert KEY not in caplog.text
    assert door.server.base_url not in caplog.text


def test_half_a_character_in_an_answer_is_replaced():
    with open_door(["half \ud83d"]) as door:
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "half ?"


def test_an_answer_with_a_number_that_is_none_is_not_json():
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": float("nan")}}

    with open_door([ScriptedReply("x", tool_calls=(call,)), "fine"]) as door:
        answer = door.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "fine"


def test_what_the_endpoint_says_is_made_harmless_for_a_terminal():
    with open_door([ScriptedReply("\x1b[2Jno such key", status=401)]) as door:
        door.chat()

    assert "\x1b" not in (door.gateway.report().upstream_refused or "")
