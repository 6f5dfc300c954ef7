"""Tools in a request: functions that the caller runs itself, and nothing that a provider would run or fetch.

Chat completions put a function into a field of its own, responses do not: `nested` tells which.
"""

from collections.abc import Mapping
from typing import Any

from dgm.models.replies import Json
from dgm.models.request_body import RequestDenied

MAX_TOOLS = 128
_FUNCTION = frozenset({"name", "description", "parameters", "strict"})
_ABOUT_TOOLS = ("tools", "tool_choice", "parallel_tool_calls")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


def keep_own_tools(payload: Json, *, nested: bool) -> list[str]:
    """Leave only the caller's own functions; return the kinds of what was taken out. Raises RequestDenied."""
    tools = payload.get("tools", [])
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise RequestDenied("`tools` must be a list of objects")
    if len(tools) > MAX_TOOLS:
        raise RequestDenied(f"{len(tools)} tools are too many: offer at most {MAX_TOOLS}")
    own = [_function(tool, nested) for tool in tools if _is_own(tool, nested)]
    stripped = [f"tool {str(tool.get('type'))[:40]}" for tool in tools if not _is_own(tool, nested)]
    if not own:
        for name in _ABOUT_TOOLS:
            payload.pop(name, None)
        return stripped
    payload["tools"] = own
    return stripped + _keep_own_choice(payload, nested)


def _is_own(tool: Json, nested: bool) -> bool:
    function = tool.get("function") if nested else tool
    return tool.get("type") == "function" and isinstance(function, dict) and (nested or "name" in function)


def _function(tool: Json, nested: bool) -> Json:
    if nested:
        return {"type": "function", "function": _known(tool["function"])}
    return {"type": "function", **_known(tool)}


def _known(function: Mapping[str, Any]) -> Json:
    return {name: value for name, value in function.items() if name in _FUNCTION}


def _keep_own_choice(payload: Json, nested: bool) -> list[str]:
    """Leave a choice by a word, or of one function by its name."""
    choice = payload.get("tool_choice")
    if choice is None or isinstance(choice, str):
        return []
    if not isinstance(choice, dict):
        raise RequestDenied("`tool_choice` must be a word or an object")
    function = choice.get("function") if nested else choice
    name = function.get("name") if isinstance(function, dict) else None
    if choice.get("type") == "function" and isinstance(name, str):
        named = {"function": {"name": name}} if nested else {"name": name}
        payload["tool_choice"] = {"type": "function", **named}
        return []
    del payload["tool_choice"]
    return [f"tool_choice {str(choice.get('type'))[:40]}"]


def refuse_remote_schemas(*schemas: Any) -> None:
    """A server that resolves `$ref` would fetch whatever an agent names. Raises RequestDenied."""
    pending: list[Any] = list(schemas)
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            for name in _REFERENCES:
                reference = here.get(name, "#")
                if isinstance(reference, str) and not reference.startswith("#"):
                    raise RequestDenied(f"a `{name}` in a schema must point into the same schema (`#/...`)")
            pending += here.values()
        elif isinstance(here, list):
            pending += here
