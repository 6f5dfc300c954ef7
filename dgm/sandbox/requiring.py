"""Whether what a sandbox proved at start is enough for a user: an engine at least so strong, and properties by name."""

from collections.abc import Sequence

from dgm.errors import SandboxUnavailable
from dgm.values import SandboxLevel

LEVELS = ("bubblewrap", "docker", "docker+runsc")
"""Engines, each stronger than the one before."""


def check_level(level: SandboxLevel, required: Sequence[str]) -> None:
    """Refuse a sandbox that proved less than is required.

    Args:
        required: engines of `LEVELS`, and properties as `SandboxLevel.proved` names them.

    Raises:
        SandboxUnavailable: names what is lacking, and what was proved.
    """
    lacking = [name for name in required if not _is_met(name, level)]
    if lacking:
        raise SandboxUnavailable(
            f"{level.engine} is less than is required: {', '.join(map(repr, lacking))}. It proved: "
            f"{', '.join(level.proved)}. Engines, each stronger than the one before: {', '.join(LEVELS)}"
        )


def _is_met(name: str, level: SandboxLevel) -> bool:
    if name in LEVELS:
        return level.engine in LEVELS and LEVELS.index(level.engine) >= LEVELS.index(name)
    return name in level.proved
