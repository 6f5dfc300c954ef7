"""Settings from several texts."""

from typing import Any

from settings.parsing import parse


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
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
