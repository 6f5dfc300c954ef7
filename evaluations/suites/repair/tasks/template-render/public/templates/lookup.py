"""Finding values."""

from collections.abc import Mapping
from typing import Any

from templates.errors import TemplateError


def look_up(name: str, values: Mapping[str, Any]) -> Any:
    """Return the value of `name`. Raises TemplateError where there is none."""
    if name not in values:
        raise TemplateError(f"there is no value for {name!r}")
    return values[name]
