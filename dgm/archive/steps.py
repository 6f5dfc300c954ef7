"""The points between which a crash may fall while the archive writes, in their order.

Whoever opens a run may watch them: the crash tests stop the process at each one, a progress display could show them.
"""

from collections.abc import Callable
from enum import StrEnum


class Step(StrEnum):
    """What has just become durable, or, for STAGED, lies in a temporary file."""

    STAGED = "artifacts staged"
    ARTIFACTS = "artifacts kept"
    COMMIT = "commit kept"
    ROW = "row kept"
    REF = "ref kept"


Watch = Callable[[Step], None]


def unwatched(step: Step) -> None:
    """Ignore a step."""
