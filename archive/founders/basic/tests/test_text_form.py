import re
from pathlib import Path

import pytest

from basic.actions import Action
from basic.edit import Editor
from basic.text_form import MANUAL, TICKS, read

OWN = Path(__file__).parent.parent
OWN_FILES = sorted(path for path in OWN.rglob("*") if path.suffix in {".py", ".toml"})


def block(text):
    ticks = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", text))])
    return f"{ticks}\n{text}\n{ticks}\n"


@pytest.mark.parametrize("path", OWN_FILES, ids=str)
def test_a_reply_can_carry_every_file_of_this_agent(path, tmp_path):
    text = path.read_text()

    action = read(f"### create copy\n{block(text.removesuffix(chr(10)))}")[0]
    Editor(tmp_path).create(action.arguments["path"], action.arguments["text"])

    assert (tmp_path / "copy").read_text() == text


@pytest.mark.parametrize("path", OWN_FILES, ids=str)
def test_no_line_of_this_agent_closes_a_block(path):
    assert not [line for line in path.read_text().split("\n") if line.startswith(TICKS)]


def test_the_manual_shows_every_action_as_it_is_read():
    assert [action.tool for action in read(MANUAL)] == ["bash", "view", "create", "replace", "undo", "done"]


def test_a_command_is_read():
    assert read(f"I look.\n\n### bash\n{block('ls -la')}") == [Action("bash", {"command": "ls -la"})]


def test_a_block_of_shell_without_a_heading_is_a_command():
    assert read(f"I look.\n{TICKS}bash\nls\n{TICKS}") == [Action("bash", {"command": "ls"})]


def test_a_block_of_another_language_is_no_action():
    assert read(f"It is:\n{TICKS}python\nx = 1\n{TICKS}") == []


def test_a_view_takes_a_range():
    assert read("### view a.py 3 9") == [Action("view", {"path": "a.py", "first": "3", "last": "9"})]


def test_a_path_may_hold_a_space():
    assert read("### undo my file.py") == [Action("undo", {"path": "my file.py"})]


def test_a_replacement_takes_two_blocks():
    assert read(f"### replace a.py\n{block('old')}{block('new')}") == [
        Action("replace", {"path": "a.py", "old": "old", "new": "new"})
    ]


def test_two_actions_are_read_in_order():
    assert [action.tool for action in read(f"### bash\n{block('ls')}\n### done")] == ["bash", "done"]


@pytest.mark.parametrize("reply", ["", "Done.", "### bash", f"### create a.py\n{TICKS}\nx = 1", "## Plan\n1. bash"])
def test_half_an_action_is_none(reply):
    assert read(reply) == []
