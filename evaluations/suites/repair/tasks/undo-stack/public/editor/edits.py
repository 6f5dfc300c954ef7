"""Edits of a text, each of which can be reversed."""

from typing import NamedTuple


class Edit(NamedTuple):
    """At `position`, `removed` gives way to `added`."""

    position: int
    removed: str
    added: str

    def apply(self, text: str) -> str:
        """Return `text` after the edit."""
        return text[: self.position] + self.added + text[self.position + len(self.removed) :]

    def reverse(self) -> "Edit":
        """Return the edit that takes this one back."""
        return Edit(self.position, self.added, self.removed)
