"""Version numbers."""

from typing import NamedTuple


class Version(NamedTuple):
    """`MAJOR.MINOR.PATCH`, with what follows a hyphen as `pre`, empty for a release."""

    major: int
    minor: int
    patch: int
    pre: str


def parse(text: str) -> Version:
    """Read a version number; build metadata is left out. Raises ValueError."""
    number, _, _build = text.strip().removeprefix("v").partition("+")
    core, _, pre = number.partition("-")
    try:
        major, minor, patch = (int(part) for part in core.split("."))
    except ValueError:
        raise ValueError(f"{text!r} is not a version") from None
    return Version(major, minor, patch, pre)
