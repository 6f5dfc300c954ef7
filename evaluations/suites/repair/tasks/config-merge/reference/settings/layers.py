"""Settings from several texts."""

from typing import Any

from settings.parsing import REMOVED, parse


def load(texts: list[str]) -> dict[str, Any]:
    """Return the settings of all texts; where they disagree the later one wins."""
    settings: dict[str, Any] = {}
    for text in texts:
        settings = merge(settings, parse(text))
    return settings


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of `below` changed by those of `above`, section by section."""
    merged = dict(below)
    for key, value in above.items():
        if value is REMOVED:
            merged.pop(key, None)
        elif isinstance(value, dict):
            old = merged.get(key)
            merged[key] = merge(old if isinstance(old, dict) else {}, value)
        else:
            merged[key] = value
    return merged
