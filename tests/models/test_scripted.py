"""The scripted server: its script files, and its program."""

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pytest

from dgm.errors import ConfigError
from dgm.models import ScriptedReply, ScriptedServer, read_script


def ask(*texts: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text} for text in texts]}


def script_of(*rules: dict[str, Any]) -> str:
    return json.dumps({"rules": rules})


def test_the_first_rule_that_fits_answers():
    script, _ = read_script(script_of({"match": "bug", "text": "fixed"}, {"match": "", "text": "what?"}))

    assert [script(ask("a bug")), script(ask("hello"))] == [ScriptedReply("fixed"), ScriptedReply("what?")]


def test_a_rule_gives_its_replies_in_order_and_the_last_for_ever():
    script, _ = read_script(script_of({"match": "", "replies": [{"text": "one"}, {"text": "two"}]}))

    assert [script(ask("x")).text for _ in range(3)] == ["one", "two", "two"]


def test_a_rule_may_look_at_the_last_message_only():
    script, _ = read_script(script_of({"match": "bug", "in": "last", "text": "a"}, {"match": "", "text": "b"}))

    assert script(ask("a bug", "thanks")).text == "b"


def test_a_request_that_no_rule_fits_is_an_error():
    script, _ = read_script(script_of({"match": "bug", "text": "a"}))

    assert script(ask("hello")).status == 400


def test_a_rule_holds_every_field_of_a_reply():
    script, _ = read_script(script_of({"match": "", "text": "x", "usage": [3, 4], "fault": "reset", "status": 500}))

    assert script(ask("hello")) == ScriptedReply("x", status=500, usage=(3, 4), fault="reset")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rules": [{"match": "", "txt": "typo"}]}', '{"rules": [1]}'])
def test_a_script_that_is_wrong_is_an_error(text):
    with pytest.raises(ConfigError, match="script"):
        read_script(text)


def test_a_function_may_be_the_script():
    with ScriptedServer(lambda request: request["messages"][0]["content"].upper()) as server:
        body = json.dumps(ask("shout")).encode()
        with urllib.request.urlopen(f"{server.base_url}/chat/completions", body) as answer:
            said = json.load(answer)

    assert said["choices"][0]["message"]["content"] == "SHOUT"


def test_the_program_prints_its_address_and_ends_with_its_input(tmp_path):
    path = tmp_path / "script.json"
    path.write_text(json.dumps({"model": "tiny", "rules": [{"match": "", "text": "x"}]}))
    command = [sys.executable, "-W", "error", "-m", "dgm.models.scripted", str(path)]

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        address = program.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}/models") as answer:
            listed = json.load(answer)
        program.stdin.close()

    assert [entry["id"] for entry in listed["data"]] == ["tiny"]
    assert program.returncode == 0
