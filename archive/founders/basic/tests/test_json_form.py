import json

import pytest

from basic.actions import Action
from basic.json_form import read
from basic.text_form import TICKS

CALL = json.dumps({"name": "bash", "arguments": {"command": "echo '{}'"}})
ACTION = Action("bash", {"command": "echo '{}'"})


@pytest.mark.parametrize(
    "reply", [CALL, f"I look.\n{TICKS}json\n{CALL}\n{TICKS}", f"<tool_call>\n{CALL}\n</tool_call>", "{ " + CALL]
)
def test_a_call_is_found_in_any_wrapping(reply):
    assert read(reply) == [ACTION]


def test_calls_are_read_in_order():
    done = json.dumps({"name": "done", "arguments": {}})

    assert read(f"{CALL}\n{done}") == [ACTION, Action("done")]


def test_line_ends_inside_a_string_are_taken():
    assert read('{"name": "bash", "arguments": {"command": "a\nb"}}') == [Action("bash", {"command": "a\nb"})]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "{",
        "{}",
        "{" * 5000,
        '{"name": "fly", "arguments": {}}',
        '{"name": ["x"], "arguments": 1}',
        '{"name": "bash"}',
    ],
)
def test_other_text_holds_no_call(reply):
    assert read(reply) == []
