"""Lists of patterns."""

from paths.patterns import matches


def ignored(path: str, patterns: list[str]) -> bool:
    """Return whether the last pattern that matches says so."""
    answer = False
    for pattern in patterns:
        if matches(path, pattern.removeprefix("!")):
            answer = not pattern.startswith("!")
    return answer
