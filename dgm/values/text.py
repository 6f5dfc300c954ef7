"""Text that people read: differences between trees, and strings made harmless for a terminal."""

import difflib
import unicodedata
from dataclasses import dataclass

from dgm.values.tree import FileEntry, Tree, TreeChange

MAX_DIFF_BYTES = 400_000
MAX_FILE_LINES = 10_000
"""Of both sides of a file together: `difflib` takes minutes for longer ones that are made to be slow."""
MAX_LINES = 100_000
"""Of all files together."""
MAX_BYTES = 4 << 20
"""Of a whole difference, but for the names of files that are not shown."""
MAX_NAMES_BYTES = 1 << 20


def unified_diff(before: Tree, after: Tree, *, max_file_bytes: int = MAX_DIFF_BYTES) -> str:
    """Return the difference as text, file by file in sorted order. Files that are binary or large are only named.

    Takes seconds at most, whatever the trees hold: once `MAX_LINES` were compared, or a file would lead beyond
    `MAX_BYTES`, further files are only named; once the names take `MAX_NAMES_BYTES`, they are only counted.
    """
    parts: list[str] = []
    room, paths = _Room(), list(TreeChange.between(before, after))
    for number, path in enumerate(paths):
        old, new = before.files.get(path), after.files.get(path)
        part = room.for_lines(path, old, new, max_file_bytes) or room.for_name(path)
        if not part:
            return "".join([*parts, f"and {len(paths) - number} more files differ\n"])
        parts.append(part)
    return "".join(parts)


@dataclass(slots=True)
class _Room:
    """What is left of a whole difference: lines to compare, bytes to show, bytes to name files with."""

    lines: int = MAX_LINES
    shown: int = MAX_BYTES
    named: int = MAX_NAMES_BYTES

    def for_lines(self, path: str, old: FileEntry | None, new: FileEntry | None, max_bytes: int) -> str:
        """Return a file's difference, or nothing where it is binary or large, or once it is too much."""
        sides = [entry.data for entry in (old, new) if entry is not None]
        lines = sum(data.count(b"\n") + 1 for data in sides)
        too_long = lines > min(self.lines, MAX_FILE_LINES) or sum(map(len, sides)) > max_bytes
        if not self.shown or too_long or any(b"\0" in data for data in sides):
            return ""
        text = _file_diff(path, old, new)
        self.lines -= lines
        self.shown = max(0, self.shown - len(text.encode()))
        return text if self.shown else ""

    def for_name(self, path: str) -> str:
        """Return what stands for a file that is not shown, or nothing once there are too many."""
        name = plain(path)
        text = f"{_head(name)}Binary or large file {name} differs\n"
        self.named = max(0, self.named - len(text.encode()))
        return text if self.named else ""


def _file_diff(path: str, old: FileEntry | None, new: FileEntry | None) -> str:
    name = plain(path)
    lines = difflib.unified_diff(
        _lines(old), _lines(new), f"a/{name}" if old else "/dev/null", f"b/{name}" if new else "/dev/null"
    )
    shown = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return _head(name) + "".join(shown)


def _head(name: str) -> str:
    return f"diff --git a/{name} b/{name}\n"


def _lines(entry: FileEntry | None) -> list[str]:
    if entry is None:
        return []
    lines = entry.data.decode("utf-8", "replace").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def plain(text: str, *, limit: int | None = None, keep_newlines: bool = False) -> str:
    """Return text that an agent or a model made without what a terminal, a log or a git trailer would act on.

    Control, format (bidirectional marks too), surrogate and private characters become `?`; a tab becomes a space.

    Args:
        limit: most characters to return; a longer text ends in `...`.
        keep_newlines: leave line feeds as they are; else they become spaces.
    """
    kept = text if text.isprintable() else "".join(_harmless(c, keep_newlines) for c in text)
    return kept if limit is None or len(kept) <= limit else kept[: max(0, limit - 3)] + "..."


def _harmless(character: str, keep_newlines: bool) -> str:
    if character == "\n":
        return "\n" if keep_newlines else " "
    if character in "\t\r":
        return " "
    bad = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return "?" if bad else character
