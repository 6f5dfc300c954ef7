"""Which paths may stand in an agent's tree: one rule for what leaves a sandbox, for a child, and for the archive."""

import unicodedata
from collections.abc import Collection, Iterator

from dgm.values.jobs import Refusal, RefusalReason
from dgm.values.text import plain

MAX_PATH_BYTES = 1024
MAX_NAME_BYTES = 255
MAX_DEPTH = 32
"""Names in a path."""


def path_fault(path: str) -> RefusalReason | None:
    """Return why git, a checkout or an export could be harmed by a path, or None where it may be taken."""
    names = path.split("/")
    if _size(path) > MAX_PATH_BYTES or len(names) > MAX_DEPTH or max(map(_size, names)) > MAX_NAME_BYTES:
        return RefusalReason.TOO_LONG
    if any(map(_is_gits, names)):
        return RefusalReason.GIT
    if not {"", ".", ".."}.isdisjoint(names) or "\\" in path or plain(path) != path:
        return RefusalReason.BAD_NAME
    return None


def tree_fault(paths: Collection[str]) -> Refusal | None:
    """Return the first path that may not stand among the others, and why; None where all may."""
    files = set(paths)
    for path in sorted(files):
        if reason := path_fault(path):
            return Refusal(path, reason)
        if any(folder in files for folder in folders_above(path)):
            return Refusal(path, RefusalReason.IN_A_FILE)
    return None


def folders_above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, the outermost first."""
    names = path.split("/")
    return ("/".join(names[:n]) for n in range(1, len(names)))


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _is_gits(name: str) -> bool:
    """Whether git gives a meaning to a name on any file system: some pass over format characters."""
    seen = name if name.isascii() else "".join(c for c in name if unicodedata.category(c) != "Cf")
    return seen.lower().startswith((".git", "git~"))
