"""Tool calls that a model wrote into its text as JSON, because it knows tools and its server does not."""

import json
from collections.abc import Iterator
from typing import Any

from basic.actions import TOOLS, Action

_NAMES = {tool.name for tool in TOOLS}


def read(reply: str) -> list[Action]:
    """Take the calls out of a reply: every JSON object with the `name` of a tool and its `arguments`."""
    return [Action(found["name"], found["arguments"]) for found in _objects(reply) if _is_call(found)]


def _objects(text: str) -> Iterator[Any]:
    """Give the JSON objects that stand in a text, outermost only."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    while at >= 0:
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield found
        at = text.find("{", end)


def _is_call(found: Any) -> bool:
    return str(found.get("name")) in _NAMES and isinstance(found.get("arguments"), dict)
