import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dgm.errors import ConfigError
from dgm.improve import parse_manifest
from dgm.improve.manifest import MAX_BYTES, manifest_of
from dgm.values import Manifest, Tree, plain

AGENT = '[agent]\nname = "basic"\ndescription = "one line"\n'
SOLVE = '[commands]\nsolve = ["python", "-m", "basic"]\n'


def refusal(text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_manifest(text.encode() if isinstance(text, str) else text)
    return str(caught.value)


def test_every_field_is_read() -> None:
    text = AGENT + SOLVE + 'improve = ["python", "-m", "basic.improve"]\ntest = ["python", "-m", "pytest"]\n'

    manifest = parse_manifest(text.encode())

    assert manifest == Manifest(
        name="basic",
        description="one line",
        solve=("python", "-m", "basic"),
        improve=("python", "-m", "basic.improve"),
        test=("python", "-m", "pytest"),
    )


def test_only_a_name_and_solve_are_required() -> None:
    manifest = parse_manifest(b'[agent]\nname = "a"\n[commands]\nsolve = ["./run"]\n')

    assert manifest == Manifest("a", "", ("./run",))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "agent"),
        (AGENT, "commands"),
        (AGENT + "[commands]\n", "commands.solve"),
        (AGENT + "[commands]\nsolve = []\n", "commands.solve"),
        (AGENT + '[commands]\nsolve = [""]\n', "commands.solve.0"),
        (AGENT + '[commands]\nsolve = "python -m basic"\n', "commands.solve"),
        (AGENT + '[commands]\nsolve = ["python", 3]\n', "commands.solve.1"),
        (AGENT + SOLVE + "test = []\n", "commands.test"),
        (AGENT + SOLVE + "improve = false\n", "commands.improve"),
        (AGENT + SOLVE + 'shell = ["sh"]\n', "commands.shell"),
        (AGENT + "colour = 1\n" + SOLVE, "agent.colour"),
        (AGENT + SOLVE + "[extra]\n", "extra"),
        ('[agent]\nname = ""\n' + SOLVE, "agent.name"),
        ('[agent]\nname = "../a"\n' + SOLVE, "agent.name"),
        ('[agent]\nname = "a\\n"\n' + SOLVE, "agent.name"),
        (f'[agent]\nname = "{"a" * 65}"\n' + SOLVE, "agent.name"),
    ],
)
def test_a_wrong_field_is_named(text: str, named: str) -> None:
    assert f"{named}:" in refusal(text)


@pytest.mark.parametrize("escape", ["\\u0000", "\\u001b[31m", "\\n", "\\u202e", "\\u007f"])
def test_an_argument_with_a_control_character_is_refused(escape: str) -> None:
    message = refusal(AGENT + f'[commands]\nsolve = ["python{escape}"]\n')

    assert "control" in message


def test_a_description_of_two_lines_is_refused() -> None:
    assert "agent.description" in refusal('[agent]\nname = "a"\ndescription = "one\\ntwo"\n' + SOLVE)


def test_more_than_16_kib_are_refused() -> None:
    assert str(MAX_BYTES) in refusal((AGENT + SOLVE).encode() + b"#" * MAX_BYTES)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"[agent", b"a = " + b"[" * 16000, b"a = " + b"9" * 16000, b"a = 2000-13-99"]
)
def test_what_breaks_a_toml_reader_is_refused(data: bytes) -> None:
    assert "not TOML" in refusal(data)


def test_a_refusal_carries_no_terminal_escape() -> None:
    message = refusal(AGENT + SOLVE + '"\\u001b[2J" = 1\n')

    assert plain(message) == message


def test_a_tree_without_a_manifest_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no agent\.toml"):
        manifest_of(Tree.of({"main.py": "pass"}))


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@example(b"agent = {name = 1}")
def test_any_bytes_give_a_manifest_or_a_refusal(data: bytes) -> None:
    try:
        manifest = parse_manifest(data)
    except ConfigError:
        return

    assert tomllib.loads(data.decode())["agent"]["name"] == manifest.name


@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1), min_size=1, max_size=32))
def test_printable_arguments_survive_unchanged(arguments: list[str]) -> None:
    quoted = ", ".join('"' + a.replace("\\", "\\\\").replace('"', '\\"') + '"' for a in arguments)

    manifest = parse_manifest(f"{AGENT}[commands]\nsolve = [{quoted}]\n".encode())

    assert manifest.solve == tuple(arguments)
