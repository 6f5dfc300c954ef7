"""Runs what the model asks for. Whatever goes wrong there is a result that the model reads."""

from collections.abc import Callable

from basic.actions import TOOLS, Action
from basic.bash import TIMEOUT_S, Shell
from basic.edit import EditError, Editor
from basic.settings import Settings


class Toolbox:
    """The shell and the editor of one task."""

    def __init__(self, settings: Settings, shell: Shell) -> None:
        self._settings = settings
        self._shell = shell
        editor = Editor(settings.workspace)
        self._functions: dict[str, Callable[..., str]] = {
            "bash": self._bash,
            "view": editor.view,
            "create": editor.create,
            "replace": editor.replace,
            "undo": editor.undo,
            "done": lambda: "good",
        }

    def run(self, action: Action) -> str:
        """Run one action; give its result, or what was wrong with it."""
        tool = next((tool for tool in TOOLS if tool.name == action.tool), None)
        if tool is None:
            return f"error: there is no tool {action.tool!r}, only {', '.join(tool.name for tool in TOOLS)}"
        try:
            return self._functions[tool.name](**tool.check(action.arguments))
        except (EditError, OSError, ValueError, TypeError) as error:
            return f"error: {error}"

    def _bash(self, command: str, timeout_s: int = int(TIMEOUT_S)) -> str:
        return self._shell.run(command, max(1.0, min(timeout_s, self._settings.seconds_left())))
