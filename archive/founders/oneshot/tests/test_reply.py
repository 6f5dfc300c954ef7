from pathlib import Path

import pytest

from oneshot.prompt import STOP
from oneshot.reply import TICKS, Block, parse, render

OWN = Path(__file__).parent.parent
OWN_FILES = sorted(path for path in OWN.rglob("*") if path.suffix in {".py", ".toml"})


@pytest.mark.parametrize("path", OWN_FILES, ids=str)
def test_a_reply_can_carry_every_file_of_this_agent(path):
    text = path.read_text()

    assert parse(render("a.py", text)) == ([Block("a.py", "", text)], [])


@pytest.mark.parametrize("path", OWN_FILES, ids=str)
def test_no_line_of_this_agent_closes_a_block(path):
    assert not [line for line in path.read_text().split("\n") if line.startswith(TICKS)]


@pytest.mark.parametrize("path", OWN_FILES, ids=str)
def test_no_file_of_this_agent_stops_the_model_that_writes_it(path):
    assert STOP not in "\n" + path.read_text()


@pytest.mark.parametrize("heading", ["### a/b.py::f", "`a/b.py::f`", "**a/b.py::f**:", "a/b.py::f"])
def test_a_heading_may_be_dressed_up(heading):
    assert parse(f"Sure!\n\n{heading}\n\n{TICKS}python\nx = 1\n{TICKS}\n") == ([Block("a/b.py", "f", "x = 1")], [])


def test_prose_is_no_heading():
    assert parse(f"Here it is:\n{TICKS}\nx = 1\n{TICKS}") == ([Block("", "", "x = 1")], [])


def test_a_fence_inside_a_longer_one_is_text():
    inner = f"{TICKS}\ncode\n{TICKS}"

    assert parse(render("README.md", inner)) == ([Block("README.md", "", inner)], [])


@pytest.mark.parametrize("reply", ["", "I would change add.", f"### a.py\n{TICKS}\nx = 1"])
def test_a_reply_without_a_whole_block_is_told_so(reply):
    blocks, (reason,) = parse(reply)

    assert blocks == []
    assert "block" in reason


def test_whole_blocks_before_a_cut_off_one_are_kept():
    assert parse(f"### a.py\n{TICKS}\nx = 1\n{TICKS}\n### b.py\n{TICKS}\ny =")[0] == [Block("a.py", "", "x = 1")]
