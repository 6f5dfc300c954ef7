"""Settings from several texts."""

from typing import Any

from settings.parsing import parse


def load(texts: list[str]) -> dict[str, Any]:
    """Return the settings of all texts; where they disagree the later one wins, key by key in a section."""
    settings: dict[str, Any] = {}
    for text in texts:
        for key, value in parse(text).items():
            old = settings.get(key)
            settings[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return settings
