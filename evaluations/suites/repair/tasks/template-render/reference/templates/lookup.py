"""Finding values."""

from collections.abc import Mapping
from typing import Any

from templates.errors import TemplateError

FILTERS = {"upper": str.upper, "lower": str.lower, "title": str.title, "trim": str.strip}


def look_up(name: str, values: Mapping[str, Any]) -> Any:
    """Return the value of a dotted `name`. Raises TemplateError where there is none."""
    found: Any = values
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise TemplateError(f"there is no value for {name!r}")
        found = found[part]
    return found


def is_true(name: str, values: Mapping[str, Any]) -> bool:
    """Return whether `name` is known and its value counts as true."""
    try:
        return bool(look_up(name, values))
    except TemplateError:
        return False


def work_out(expression: str, values: Mapping[str, Any]) -> str:
    """Return the text for a name with filters behind it. Raises TemplateError."""
    name, *filters = (part.strip() for part in expression.split("|"))
    error: TemplateError | None = None
    try:
        text = str(look_up(name, values))
    except TemplateError as unknown:
        text, error = "", unknown
    for each in filters:
        kind, _, argument = each.partition(":")
        if kind == "default":
            text, error = text or argument.strip(), None
        elif kind in FILTERS:
            text = FILTERS[kind](text)
        else:
            raise TemplateError(f"there is no filter {kind!r}")
    if error is not None:
        raise error
    return text
