"""Settings from several texts."""

from typing import Any

from settings.parsing import parse


def load(texts: list[str]) -> dict[str, Any]:
    """Return the settings of all texts; where they disagree the later one wins."""
    settings: dict[str, Any] = {}
    for text in texts:
        settings.update(parse(text))
    return settings
