"""The command line's outer edge: exit codes, and errors as one line."""

import ast
import errno
import importlib
import importlib.util
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dgm.errors import (
    ArchiveError,
    ConfigError,
    DgmError,
    ModelError,
    RunNotFound,
    SandboxError,
    StorageFull,
    SuiteError,
)

EXIT_CODES = {
    0: "done",
    1: "an error of the engine itself; its traceback is shown, and in the run's log",
    2: "what was given is wrong: an option, run.toml, a suite, an agent",
    3: "the run's folder: not found, locked, full or damaged",
    4: "the sandbox: no engine answers, or its image is missing",
    5: "the model: unreachable, or the key or the name is refused",
    6: "`dgm confirm` has not finished: its budget ended first",
    7: "`dgm replay` ended in another verdict than the recorded one",
    130: "stopped by Ctrl-C or `dgm stop`; `dgm resume` goes on",
}

_BY_ERROR: tuple[tuple[type[DgmError], int], ...] = (
    (ConfigError, 2),
    (SuiteError, 2),
    (RunNotFound, 3),
    (ArchiveError, 3),
    (SandboxError, 4),
    (ModelError, 5),
)


def exit_code(error: DgmError) -> int:
    """Return the exit code for an error."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), 1)


class Edge(click.Group):
    """A group whose commands fail with one line on stderr and a listed exit code.

    Args:
        lazy: name to `module:attribute` of each command.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in their order."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from their docstrings: to import all of them takes more than a second."""
        width = formatter.width - 6 - max(map(len, self._lazy))
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(where, width)) for name, where in self._lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn what it raises into a line and an exit code."""
        try:
            return super().invoke(ctx)
        except DgmError as error:
            self._say(str(error))
            ctx.exit(exit_code(error))
        except KeyboardInterrupt:
            self._say("interrupted")
            ctx.exit(130)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            self._say(f"the disk is full: {error.filename or 'no space left'}. Make room and run `dgm resume`.")
            ctx.exit(exit_code(StorageFull()))

    @staticmethod
    def _say(message: str) -> None:
        logging.getLogger(__name__).error(message)
        click.echo(f"dgm: {message}", err=True)


def _summary(where: str, width: int) -> str:
    """Return the short help of a command that is not imported."""
    module, _, attribute = where.partition(":")
    spec = importlib.util.find_spec(module)
    source = "" if spec is None or spec.origin is None else Path(spec.origin).read_text(encoding="utf-8")
    functions = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    described = (ast.get_docstring(node) for node in functions if node.name == attribute)
    return click.Command(attribute, help=next(described, None)).get_short_help_str(width)


def exit_code_help() -> str:
    """Return the table of exit codes for `--help`."""
    return "Exit codes:\n\n\b\n" + "\n".join(f"{code:>5}  {meaning}" for code, meaning in EXIT_CODES.items())
