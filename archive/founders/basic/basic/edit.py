"""The edit tool: view, create, replace and undo, on the files of one folder."""

import ast
from pathlib import Path

from basic.clip import clip

CONTEXT_LINES = 4


class EditError(Exception):
    """An edit that cannot be made. The message is for the model."""


class Editor:
    """Edits files, and remembers what they were before each edit."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before: dict[Path, list[str | None]] = {}  # None: there was no such file

    def view(self, path: str, first: int = 1, last: int = -1) -> str:
        """Give a file with its lines numbered, or those from `first` to `last`; of a folder, what is in it."""
        if (self._root / path).is_dir():
            return (
                "\n".join(sorted(each.name + "/" * each.is_dir() for each in (self._root / path).iterdir()))
                or "(empty)"
            )
        lines = self._read(path).split("\n")
        last = len(lines) if last < 0 else min(last, len(lines))
        if not 1 <= first <= last:
            raise EditError(f"{path} has the lines 1 to {len(lines)}, not {first} to {last}")
        return clip(_numbered(lines, first, last))

    def create(self, path: str, text: str) -> str:
        """Write a whole file, new or not; it ends with a line's end."""
        text = text if text.endswith("\n") or not text else text + "\n"
        target = self._root / path
        old = self._read(path) if target.exists() else None
        self._write(path, old, text)
        return f"wrote {path}{_complaint(path, text)}"

    def replace(self, path: str, old: str, new: str) -> str:
        """Put `new` in the place of `old`, which must be in the file exactly once."""
        text = self._read(path)
        found = text.count(old) if old else 0
        if found != 1:
            hint = "include more lines around it" if found else "view the file and copy the lines exactly"
            raise EditError(f"the text to replace occurs {found} times in {path}, not once: {hint}")
        after = text.replace(old, new)
        self._write(path, text, after)
        first = text[: text.index(old)].count("\n") + 1
        last = min(first + new.count("\n") + CONTEXT_LINES, after.count("\n") + 1)
        shown = _numbered(after.split("\n"), max(first - CONTEXT_LINES, 1), last)
        return f"changed {path}{_complaint(path, after)}\n{shown}"

    def undo(self, path: str) -> str:
        """Take the last edit of a file back."""
        if not self._before.get(self._root / path):
            raise EditError(f"there is no edit of {path} to take back")
        text = self._before[self._root / path].pop()
        if text is None:
            (self._root / path).unlink(missing_ok=True)
            return f"removed {path}, which was new"
        (self._root / path).write_text(text, newline="")
        return f"took the last edit of {path} back"

    def _read(self, path: str) -> str:
        try:
            with (self._root / path).open(newline="") as file:
                return file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise EditError(f"cannot read {path}: {error}") from error

    def _write(self, path: str, old: str | None, text: str) -> None:
        target = self._root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, newline="")
        except OSError as error:
            raise EditError(f"cannot write {path}: {error}") from error
        self._before.setdefault(target, []).append(old)


def _numbered(lines: list[str], first: int, last: int) -> str:
    return "\n".join(f"{number:6}\t{lines[number - 1]}" for number in range(first, last + 1))


def _complaint(path: str, text: str) -> str:
    """Say it if a Python file cannot be read any more."""
    if not path.endswith(".py"):
        return ""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return f", but it is no Python now: {error}"
    return ""
