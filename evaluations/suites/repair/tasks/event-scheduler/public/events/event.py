"""What is planned."""

from collections.abc import Callable
from typing import NamedTuple


class Event(NamedTuple):
    """`action` is to be called at `time`."""

    time: float
    action: Callable[[], object]
