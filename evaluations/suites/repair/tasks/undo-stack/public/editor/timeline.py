"""What was done, and what was undone."""

from editor.edits import Edit


class Timeline:
    """Two stacks of edits: those that can be undone, and those that can be redone."""

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []

    def record(self, edit: Edit) -> None:
        """Remember an edit that was just made."""
        self._done.append(edit)

    def step_back(self) -> Edit | None:
        """Return the edit to take back, or None."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def step_forward(self) -> Edit | None:
        """Return the edit to make again, or None."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]
