"""Filling in a template."""

from collections.abc import Mapping
from typing import Any

from templates.lookup import look_up
from templates.scan import pieces


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return the template with its values filled in. Raises TemplateError."""
    parts = []
    for kind, content in pieces(template):
        parts.append(content if kind == "text" else str(look_up(content, values)))
    return "".join(parts)
