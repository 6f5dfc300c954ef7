"""Agents in git: blobs, trees, commits and refs, written by plumbing and read as tar bytes and differences."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from dgm.archive.paths import check_tree
from dgm.archive.plumbing import Plumbing
from dgm.values import FileEntry, Tree

Folder: TypeAlias = "dict[str, FileEntry | Folder]"

_REFS = "refs/agents"
_WHO = "dgm"
_MAIL = "dgm@localhost"
_KEEP_EVERYTHING = {
    "gc.auto": "0",
    "gc.pruneExpire": "never",
    "gc.reflogExpire": "never",
    "maintenance.auto": "false",
    "receive.autogc": "false",
    "core.fsync": "all",
    "core.hooksPath": "/dev/null",
}


def create_repository(git_dir: Path) -> None:
    """Make an empty bare repository in which git's own housekeeping removes nothing."""
    git = Plumbing(git_dir)
    git("init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch=main")
    for key, value in _KEEP_EVERYTHING.items():
        git("config", key, value)


class AgentObjects:
    """What git holds of a run. One writer."""

    def __init__(self, git: Plumbing) -> None:
        self._git = git

    def keep_tree(self, tree: Tree, *, like: str | None) -> str:
        """Write a source tree and return its id.

        Args:
            like: a commit that most files are the same as; what it has is not written again.

        Raises:
            ArchiveError: a path that may not stand in a tree.
        """
        check_tree(tree)
        known = set() if like is None else self._blobs_of(like)
        return self._keep_folder(_nested(tree), known)

    def keep_commit(self, tree_id: str, *, parent: str | None, message: str, at: datetime) -> str:
        """Write a commit and return its id: the same for the same arguments, on every machine."""
        when = f"@{int(at.timestamp())} +0000"
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", _WHO), ("EMAIL", _MAIL), ("DATE", when))
        }
        parents = () if parent is None else ("-p", parent)
        return self._line("commit-tree", tree_id, *parents, stdin=message.encode(), environment=who)

    def point(self, number: int, commit: str) -> None:
        """Let an agent's ref name its commit. Doing it again changes nothing."""
        self._git("update-ref", f"{_REFS}/a{number}", commit)

    def refs(self) -> dict[int, str]:
        """Return the commit that each agent's ref names."""
        listed = self._git("for-each-ref", "--format=%(refname) %(objectname)", _REFS).decode().splitlines()
        pairs = (line.removeprefix(f"{_REFS}/a").split(" ") for line in listed)
        return {int(number): commit for number, commit in pairs if number.isdigit()}

    def tar(self, commit: str) -> bytes:
        """Return a commit's tree as an uncompressed tar."""
        return self._git("archive", "--format=tar", commit)

    def diff(self, commit: str) -> str:
        """Return the unified diff to a commit's parent, or of everything where it has none."""
        plainly = ("--no-ext-diff", "--no-textconv", "--no-renames", "--no-color")
        return self._git("diff-tree", "--root", "--no-commit-id", "-r", "-p", *plainly, commit).decode(
            "utf-8", "replace"
        )

    def check(self) -> None:
        """Let git verify every object. Raises ArchiveError with what it found."""
        self._git("fsck", "--full", "--strict", "--no-dangling")

    def _blobs_of(self, commit: str) -> set[str]:
        entries = self._git("ls-tree", "-r", "-z", commit).split(b"\0")
        return {entry.split(b"\t")[0].split(b" ")[2].decode() for entry in entries if entry}

    def _keep_folder(self, folder: Folder, known: set[str]) -> str:
        rows = (f"{self._keep_entry(entry, known)}\t{name}\0" for name, entry in folder.items())
        return self._line("mktree", "-z", stdin="".join(rows).encode())

    def _keep_entry(self, entry: "FileEntry | Folder", known: set[str]) -> str:
        if isinstance(entry, FileEntry):
            return f"{'100755' if entry.executable else '100644'} blob {self._keep_blob(entry.data, known)}"
        return f"040000 tree {self._keep_folder(entry, known)}"

    def _keep_blob(self, data: bytes, known: set[str]) -> str:
        header = b"blob %d\0" % len(data)
        blob = hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
        if blob not in known:
            self._git("hash-object", "-w", "--stdin", stdin=data)
            known.add(blob)
        return blob

    def _line(self, *arguments: str, stdin: bytes, environment: Mapping[str, str] | None = None) -> str:
        return self._git(*arguments, stdin=stdin, environment=environment).decode().strip()


def _nested(tree: Tree) -> Folder:
    root: Folder = {}
    for path in tree:
        *folders, name = path.split("/")
        here = root
        for folder in folders:
            below = here.setdefault(folder, {})
            assert isinstance(below, dict), "check_tree refuses a file where a folder is"  # noqa: S101
            here = below
        here[name] = tree[path]
    return root
