"""Agents in git: blobs, trees, commits and refs, written by plumbing and read as tar bytes and differences."""

from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from dgm.archive.packs import GitObject, ObjectKind, pack
from dgm.archive.paths import check_tree
from dgm.archive.plumbing import Plumbing
from dgm.values import FileEntry, Tree

Folder: TypeAlias = "dict[str, FileEntry | Folder]"

REFS = "refs/agents"
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
    Plumbing(git_dir)("init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch=main")
    with (git_dir / "config").open("a", encoding="utf-8") as config:
        for key, value in _KEEP_EVERYTHING.items():
            section, _, name = key.partition(".")
            config.write(f"[{section}]\n\t{name} = {value}\n")


class AgentObjects:
    """What git holds of a run. One writer."""

    def __init__(self, git: Plumbing) -> None:
        self._git = git
        self._known: set[str] = set()
        """Ids of blobs and trees that are there: nothing is ever removed."""
        self._learned: set[str] = set()
        """Commits whose objects are all in `_known`."""

    def keep(self, tree: Tree, *, parent: str | None, message: str, at: datetime) -> str:
        """Write a source tree and its commit, durable when this returns. Returns the commit's id.

        The id is the same for the same arguments, on every machine. What the parent has is not written again. Git
        takes in nothing whose links lead nowhere.

        Raises:
            ArchiveError: a path that may not stand in a tree.
        """
        check_tree(tree)
        if parent is not None:
            self._learn(parent)
        new: dict[str, GitObject] = {}
        root = self._add_folder(_nested(tree), new)
        commit = self._add(GitObject(ObjectKind.COMMIT, _commit_text(root, parent, message, at)), new)
        self._git("unpack-objects", "-q", "--strict", stdin=pack(new.values()))
        self._known.update(new)
        self._learned.add(commit)
        return commit

    def point(self, number: int, commit: str) -> None:
        """Let an agent's ref name its commit. Doing it again changes nothing."""
        self._git("update-ref", f"{REFS}/a{number}", commit)

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

    def _add_folder(self, folder: Folder, new: dict[str, GitObject]) -> str:
        entries = []
        for name, entry in folder.items():
            if isinstance(entry, FileEntry):
                mode = "100755" if entry.executable else "100644"
                entries.append((name, mode, self._add(GitObject(ObjectKind.BLOB, entry.data), new)))
            else:  # git sorts a folder as if it ended in a slash
                entries.append((f"{name}/", "40000", self._add_folder(entry, new)))
        rows = (
            f"{mode} {name.rstrip('/')}\0".encode() + bytes.fromhex(object_id)
            for name, mode, object_id in sorted(entries, key=lambda row: row[0].encode())
        )
        return self._add(GitObject(ObjectKind.TREE, b"".join(rows)), new)

    def _add(self, one: GitObject, new: dict[str, GitObject]) -> str:
        object_id = one.object_id
        if object_id not in self._known:
            new[object_id] = one
        return object_id


def _commit_text(root: str, parent: str | None, message: str, at: datetime) -> bytes:
    who = f"{_WHO} <{_MAIL}> {int(at.timestamp())} +0000"
    parents = () if parent is None else (f"parent {parent}",)
    return "\n".join((f"tree {root}", *parents, f"author {who}", f"committer {who}", "", message)).encode()


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
