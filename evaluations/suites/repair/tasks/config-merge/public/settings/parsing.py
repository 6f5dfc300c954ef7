"""Reading one text of settings."""

from typing import Any

from settings.values import parse_value


def parse(text: str) -> dict[str, Any]:
    """Return the settings in `text`, each section as a dictionary. Raises ValueError for a line it cannot read."""
    top: dict[str, Any] = {}
    section = top
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            section = top.setdefault(line[1:-1].strip(), {})
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"line {number} is neither a section nor a setting: {line!r}")
        section[key.strip()] = parse_value(value)
    return top
