"""The order of versions."""

from versions.version import Version, parse


def _part_key(part: str) -> tuple:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)


def sort_key(version: Version) -> tuple:
    """Return what versions are compared by: a release stands after all its pre-releases."""
    parts = tuple(_part_key(part) for part in version.pre.split(".")) if version.pre else ()
    return (version.major, version.minor, version.patch, not version.pre, parts)


def sort(texts: list[str]) -> list[str]:
    """Return the version numbers, oldest first."""
    return sorted(texts, key=lambda text: sort_key(parse(text)))


def newest(texts: list[str]) -> str:
    """Return the newest of the version numbers. Raises ValueError when there is none."""
    return max(texts, key=lambda text: sort_key(parse(text)))
