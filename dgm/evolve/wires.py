"""Which children are still to be tried on a tripwire: each once, before it is a parent.

It is due when the first stage is finished; strategies see that the child is barred, and no more. Before, the child is
not barred, so that strategies without stages are as free as ever: it is due when one wants it as a parent.
"""

from collections.abc import Collection


class Wires:
    """Children that were not tried yet, by where they stand. Without tripwires there are none.

    Args:
        tried: numbers of the agents that have been.
    """

    def __init__(self, any_tripwires: bool = False, tried: Collection[int] = ()) -> None:
        self._any = any_tripwires
        self._tried = frozenset(tried)
        self._ahead: set[int] = set()
        self._due: set[int] = set()
        self._open: set[int] = set()
        self.stuck: set[int] = set()
        """Children whose tripwire the infrastructure failed too often: until a resume, only a person lets them pass."""

    @property
    def due(self) -> list[int]:
        """Children whose tripwire is to be started, the oldest first."""
        return sorted(self._due)

    @property
    def barred(self) -> set[int]:
        """Children that may not be parents before they were tried."""
        return self._due | self._open | self.stuck

    def bars(self, agent: int) -> bool:
        """Tell whether an agent is one of them."""
        return agent in self._due or agent in self._open or agent in self.stuck

    def expect(self, agent: int) -> None:
        """Note a child."""
        if self._any and agent not in self._tried:
            self._ahead.add(agent)

    def make_due(self, agent: int) -> bool:
        """Let a child's tripwire be the next. Tells whether that is new."""
        if agent not in self._ahead:
            return False
        self._ahead.remove(agent)
        self._due.add(agent)
        return True

    def opened(self, agent: int) -> None:
        """Note that a child's tripwire is under way."""
        self._due.discard(agent)
        self._open.add(agent)

    def reopened(self, agent: int) -> None:
        """Note that it ended without a verdict, to be tried again."""
        self._open.discard(agent)
        self._due.add(agent)

    def ended(self, agent: int, *, given_up: bool = False) -> None:
        """Note that it has its verdict, or that the infrastructure failed it too often."""
        self._open.discard(agent)
        if given_up:
            self.stuck.add(agent)
