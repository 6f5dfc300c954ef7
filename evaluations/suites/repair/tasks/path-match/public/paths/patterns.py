"""Patterns of whole paths."""

from paths.names import name_matches


def matches(path: str, pattern: str) -> bool:
    """Return whether a path fits a pattern."""
    names = path.split("/")
    if "/" not in pattern:
        return name_matches(names[-1], pattern)
    return _all_match(names, pattern.split("/"))


def _all_match(names: list[str], patterns: list[str]) -> bool:
    if len(names) != len(patterns):
        return False
    return all(name_matches(name, pattern) for name, pattern in zip(names, patterns))
