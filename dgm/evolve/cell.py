"""Where one task of one agent stands."""

from enum import IntEnum


class Cell(IntEnum):
    """State of a task for an agent. GIVEN_UP: the infrastructure failed too often; it counts as unresolved."""

    NEW = 0
    AGAIN = 1
    PENDING = 2
    UNRESOLVED = 3
    RESOLVED = 4
    GIVEN_UP = 5
