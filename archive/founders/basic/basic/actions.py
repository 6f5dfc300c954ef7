"""What the model may do, in one form for tool calls and for text: a tool's name and its arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Action:
    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    call_id: str = ""  # of a tool call; empty for an action that was written as text


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: Mapping[str, str]  # name -> JSON type
    optional: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        """Describe the tool as the API wants it."""
        properties = {name: {"type": kind} for name, kind in self.parameters.items()}
        required = [name for name in self.parameters if name not in self.optional]
        parameters = {"type": "object", "properties": properties, "required": required}
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": parameters},
        }

    def check(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Give the arguments with their types. Raises ValueError with what is wrong, for the model."""
        unknown = sorted(set(arguments) - set(self.parameters))
        missing = sorted(set(self.parameters) - set(arguments) - set(self.optional))
        if unknown or missing:
            raise ValueError(f"{self.name} takes {', '.join(self.parameters)}; missing {missing}, unknown {unknown}")
        return {name: _typed(self.parameters[name], value) for name, value in arguments.items()}


def _typed(kind: str, value: Any) -> Any:
    if kind == "integer":
        return int(value)
    return value if isinstance(value, str) else str(value)


TOOLS = (
    Tool(
        "bash",
        "Run a bash command. The folder and the variables stay for the next one. Stopped after timeout_s seconds.",
        {"command": "string", "timeout_s": "integer"},
        ("timeout_s",),
    ),
    Tool(
        "view",
        "Show a file with its lines numbered, or the lines first to last of it, or a folder.",
        {"path": "string", "first": "integer", "last": "integer"},
        ("first", "last"),
    ),
    Tool("create", "Write a whole file.", {"path": "string", "text": "string"}),
    Tool(
        "replace",
        "Replace a text, which must occur exactly once in the file, by another.",
        {"path": "string", "old": "string", "new": "string"},
    ),
    Tool("undo", "Take the last edit of a file back.", {"path": "string"}),
    Tool("done", "Say that the task is finished.", {}),
)
