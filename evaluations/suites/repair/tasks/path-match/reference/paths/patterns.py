"""Patterns of whole paths."""

from paths.names import name_matches


def matches(path: str, pattern: str) -> bool:
    """Return whether a path fits a pattern."""
    names = path.split("/")
    if pattern.endswith("/"):
        return _folder_matches(names[:-1], pattern.removesuffix("/"))
    if "/" not in pattern:
        return name_matches(names[-1], pattern)
    return _all_match(names, pattern.split("/"))


def _folder_matches(folders: list[str], pattern: str) -> bool:
    if "/" not in pattern:
        return any(name_matches(name, pattern) for name in folders)
    return any(_all_match(folders[:count], pattern.split("/")) for count in range(1, len(folders) + 1))


def _all_match(names: list[str], patterns: list[str]) -> bool:
    if not patterns:
        return not names
    if patterns[0] == "**":
        return any(_all_match(names[count:], patterns[1:]) for count in range(len(names) + 1))
    return bool(names) and name_matches(names[0], patterns[0]) and _all_match(names[1:], patterns[1:])
