"""Filling in a template."""

from collections.abc import Mapping
from typing import Any

from templates.errors import TemplateError
from templates.lookup import is_true, work_out
from templates.scan import pieces


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return the template with its values filled in. Raises TemplateError."""
    parts = []
    branches: list[bool] = []
    has_else: list[bool] = []
    for kind, content in pieces(template):
        if kind == "tag":
            _turn(content, values, branches, has_else)
        elif all(branches):
            parts.append(content if kind == "text" else work_out(content, values))
    if branches:
        raise TemplateError("an if has no end")
    return "".join(parts)


def _turn(tag: str, values: Mapping[str, Any], branches: list[bool], has_else: list[bool]) -> None:
    """Open, turn over or close a condition."""
    word, _, name = tag.partition(" ")
    if word == "if":
        branches.append(is_true(name.strip(), values))
        has_else.append(False)
    elif tag == "else" and branches and not has_else[-1]:
        branches[-1] = not branches[-1]
        has_else[-1] = True
    elif tag == "end" and branches:
        branches.pop()
        has_else.pop()
    else:
        raise TemplateError(f"did not expect {tag!r}")
