"""Every command explains itself, and the documentation names every command."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from dgm.cli import main
from tests.cli.toy import dgm, environment

README = Path(__file__).parents[2] / "README.md"


def commands(group: click.Group, *before: str) -> dict[tuple[str, ...], click.Command]:
    """Return every command below a group, by the words that name it."""
    found: dict[tuple[str, ...], click.Command] = {}
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            assert command is not None
            found |= (
                commands(command, *before, name) if isinstance(command, click.Group) else {(*before, name): command}
            )
    return found


@pytest.mark.parametrize("words", commands(main), ids=" ".join)
def test_a_command_has_help(words: tuple[str, ...]) -> None:
    assert commands(main)[words].help


@pytest.mark.parametrize("words", commands(main), ids=" ".join)
def test_the_documentation_names_the_command(words: tuple[str, ...]) -> None:
    assert f"`dgm {' '.join(words)}" in (README.parent / "docs" / "commands.md").read_text()


def test_the_list_of_commands_says_of_each_what_the_command_says() -> None:
    width = 80
    with click.Context(main, info_name="dgm", terminal_width=width) as ctx:
        listed = [line.split(maxsplit=1) for line in main.get_help(ctx).splitlines() if line.startswith("  ")]
        said = {words[0]: words[1] for words in listed if len(words) > 1}
        longest = max(map(len, main.list_commands(ctx)))
        for name in main.list_commands(ctx):
            command = main.get_command(ctx, name)
            assert command is not None
            assert said[name] == command.get_short_help_str(width - 6 - longest)


def test_the_list_of_commands_imports_none_of_them(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom dgm.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "assert not {'openai', 'docker', 'numpy', 'sqlite_utils'} & set(sys.modules)"
    )

    subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, check=True
    )


def test_the_version_is_printed(tmp_path: Path) -> None:
    assert dgm("--version", folder=tmp_path).stdout.startswith("dgm ")


def test_the_help_lists_the_exit_codes(tmp_path: Path) -> None:
    assert "130" in dgm("--help", folder=tmp_path).stdout


def test_a_wrong_option_is_a_usage_error(tmp_path: Path) -> None:
    assert dgm("tree", "--no-such-option", folder=tmp_path).returncode == 2
