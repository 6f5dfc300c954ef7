"""What ends the steps of a loop, of a search's as of a confirmation's: a halt, an interrupt, or a full disk."""

from collections.abc import Callable

from dgm.errors import StorageFull
from dgm.evolve.books import Halt
from dgm.evolve.progress import Reason


def until_halt(step: Callable[[], Halt | None], asked: Callable[[], Halt | None]) -> Halt:
    """Take steps until one returns a halt, or is broken off.

    Args:
        asked: the halt that a person asked for, which an interrupt in the middle of work then carries out.
    """
    halt: Halt | None = None
    try:
        while halt is None:
            halt = step()
    except KeyboardInterrupt:
        halt = asked() or Halt(Reason.STOPPED, "interrupted")
    except StorageFull as error:
        halt = Halt(Reason.STORAGE, str(error))
    return halt
