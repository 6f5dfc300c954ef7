"""Agents in git: blobs, trees, commits and refs, written by plumbing and read as tar bytes and differences."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from dgm.archive.paths import check_tree
from dgm.archive.plumbing import Plumbing
from dgm.errors import ArchiveError
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
        self._known: set[str] = set()
        """Ids of blobs and trees that are there: nothing is ever removed."""
        self._learned: set[str] = set()
        """Commits whose objects are all in `_known`."""

    def keep_tree(self, tree: Tree, *, like: str | None) -> str:
        """Write a source tree and return its id.

        Args:
            like: a commit that most files are the same as; what it has is not written again.

        Raises:
            ArchiveError: a path that may not stand in a tree.
        """
        check_tree(tree)
        if like is not None:
            self._learn(like)
        return self._keep_folder(_nested(tree))

    def keep_commit(self, tree_id: str, *, parent: str | None, message: str, at: datetime) -> str:
        """Write a commit and return its id: the same for the same arguments, on every machine."""
        when = f"@{int(at.timestamp())} +0000"
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", _WHO), ("EMAIL", _MAIL), ("DATE", when))
        }
        parents = () if parent is None else ("-p", parent)
        commit = self._line("commit-tree", tree_id, *parents, stdin=message.encode(), environment=who)
        self._learned.add(commit)
        return commit

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

    def _learn(self, commit: str) -> None:
        """Take note of every object of a commit's tree: what is there need not be written again."""
        if commit not in self._learned:
            entries = self._git("ls-tree", "-r", "-t", "-z", commit).split(b"\0")
            self._known.update(entry.split(b"\t")[0].split(b" ")[2].decode() for entry in entries if entry)
            self._learned.add(commit)

    def _keep_folder(self, folder: Folder) -> str:
        entries = []
        for name, entry in folder.items():
            if isinstance(entry, FileEntry):
                row = (name, "100755" if entry.executable else "100644", self._keep("blob", entry.data))
            else:
                row = (f"{name}/", "40000", self._keep_folder(entry))  # git sorts a folder as if it ended in a slash
            entries.append(row)
        rows = (
            f"{mode} {name.rstrip('/')}\0".encode() + bytes.fromhex(object_id)
            for name, mode, object_id in sorted(entries, key=lambda row: row[0].encode())
        )
        return self._keep("tree", b"".join(rows))

    def _keep(self, kind: str, data: bytes) -> str:
        """Write an object that is not there yet. Returns its id, on which git and we must agree."""
        header = f"{kind} {len(data)}\0".encode()
        object_id = hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
        if object_id not in self._known:
            written = self._line("hash-object", "-t", kind, "-w", "--stdin", stdin=data)
            if written != object_id:
                raise ArchiveError(
                    f"git stored a {kind} as {written}, not as {object_id}: is `git` on PATH the real one?"
                )
            self._known.add(object_id)
        return object_id

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
