"""Reading one text of settings."""

from typing import Any

from settings.values import parse_value

REMOVED = object()


def parse(text: str) -> dict[str, Any]:
    """Return the settings in `text` as nested dictionaries, with REMOVED for a key that is taken away.

    Raises:
        ValueError: a line cannot be read.
    """
    top: dict[str, Any] = {}
    section = top
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            section = top
            for name in line[1:-1].split("."):
                section = section.setdefault(name.strip(), {})
            continue
        if line.startswith("!"):
            section[line[1:].strip()] = REMOVED
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"line {number} is neither a section nor a setting: {line!r}")
        section[key.strip()] = parse_value(value)
    return top
