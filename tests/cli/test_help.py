"""Every command explains itself, and the documentation names every command."""

from pathlib import Path

import click
import pytest

from dgm.cli import main
from tests.cli.toy import dgm

README = Path(__file__).parents[2] / "README.md"


def commands(group: click.Group, *before: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += commands(command, *before, name) if isinstance(command, click.Group) else [(*before, name)]
    return found


@pytest.mark.parametrize("command", commands(main), ids=" ".join)
def test_a_command_has_help(command: tuple[str, ...]) -> None:
    here: click.Command = main
    for name in command:
        assert isinstance(here, click.Group)
        here = here.commands[name]

    assert here.help


@pytest.mark.parametrize("command", commands(main), ids=" ".join)
def test_the_documentation_names_the_command(command: tuple[str, ...]) -> None:
    assert f"`dgm {' '.join(command)}" in (README.parent / "docs" / "commands.md").read_text()


def test_the_version_is_printed(tmp_path: Path) -> None:
    assert dgm("--version", folder=tmp_path).stdout.startswith("dgm ")


def test_the_help_lists_the_exit_codes(tmp_path: Path) -> None:
    assert "130" in dgm("--help", folder=tmp_path).stdout


def test_a_wrong_option_is_a_usage_error(tmp_path: Path) -> None:
    assert dgm("tree", "--no-such-option", folder=tmp_path).returncode == 2
