"""A text and its edits."""

from editor.edits import Edit
from editor.timeline import Timeline


class Document:
    def __init__(self, text: str = "") -> None:
        self.text = text
        self._timeline = Timeline()

    def insert(self, position: int, added: str) -> None:
        """Put `added` in at `position`."""
        self._make(Edit(position, "", added))

    def delete(self, start: int, end: int) -> None:
        """Take out the text from `start` up to `end`."""
        self._make(Edit(start, self.text[start:end], ""))

    def undo(self) -> bool:
        """Take back the last edit. Returns whether there was one."""
        edit = self._timeline.step_back()
        if edit is not None:
            self.text = edit.reverse().apply(self.text)
        return edit is not None

    def redo(self) -> bool:
        """Make the edit again that was undone last. Returns whether there was one."""
        edit = self._timeline.step_forward()
        if edit is not None:
            self.text = edit.apply(self.text)
        return edit is not None

    def _make(self, edit: Edit) -> None:
        self.text = edit.apply(self.text)
        self._timeline.record(edit)
