"""The order of versions."""

from versions.version import Version, parse


def sort_key(version: Version) -> tuple:
    """Return what versions are compared by."""
    return (version.major, version.minor, version.patch, version.pre)


def sort(texts: list[str]) -> list[str]:
    """Return the version numbers, oldest first."""
    return sorted(texts, key=lambda text: sort_key(parse(text)))


def newest(texts: list[str]) -> str:
    """Return the newest of the version numbers. Raises ValueError when there is none."""
    return max(texts, key=lambda text: sort_key(parse(text)))
