"""Text that people read: differences between trees, and strings made harmless for a terminal."""

import difflib
import unicodedata

from dgm.values.tree import FileEntry, Tree, TreeChange

MAX_DIFF_BYTES = 400_000
MAX_FILE_LINES = 10_000
"""Of both sides of a file together: `difflib` takes minutes for longer ones that are made to be slow."""
MAX_LINES = 100_000
"""Of all files together."""


def unified_diff(before: Tree, after: Tree, *, max_file_bytes: int = MAX_DIFF_BYTES) -> str:
    """Return the difference as text, file by file in sorted order. Files that are binary or large are only named.

    Takes seconds at most, whatever the trees hold: once `MAX_LINES` were compared, further files are only named.
    """
    parts, left = [], MAX_LINES
    for path in TreeChange.between(before, after):
        old, new = before.files.get(path), after.files.get(path)
        lines = sum(entry.data.count(b"\n") + 1 for entry in (old, new) if entry is not None)
        shown = lines <= min(left, MAX_FILE_LINES)
        parts.append(_file_diff(path, old, new, max_file_bytes if shown else 0))
        left -= lines if shown else 0
    return "".join(parts)


def _file_diff(path: str, old: FileEntry | None, new: FileEntry | None, max_bytes: int) -> str:
    name = plain(path)
    head = f"diff --git a/{name} b/{name}\n"
    sides = [entry.data for entry in (old, new) if entry is not None]
    if any(b"\0" in data for data in sides) or sum(map(len, sides)) > max_bytes:
        return f"{head}Binary or large file {name} differs\n"
    lines = difflib.unified_diff(
        _lines(old), _lines(new), f"a/{name}" if old else "/dev/null", f"b/{name}" if new else "/dev/null"
    )
    return head + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


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
