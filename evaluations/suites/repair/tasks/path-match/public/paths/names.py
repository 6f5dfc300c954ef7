"""Patterns of one name."""

import re


def name_matches(name: str, pattern: str) -> bool:
    """Return whether a single name fits a pattern of `*` and `?`."""
    parts = [{"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character)) for character in pattern]
    return re.fullmatch("".join(parts), name) is not None
