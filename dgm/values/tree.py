"""A source tree as a value: paths, bytes and the executable bit. Regular files only.

Nothing here touches a disk. Reading a tar that an agent could have shaped is `dgm.sandbox`'s work; `from_tar` is
for tars that the engine made itself.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One regular file."""

    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """An immutable source tree.

    Args:
        files: relative POSIX path to file; no leading slash, no `..`. Iterated in sorted order.
    """

    files: Mapping[str, FileEntry] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.files))

    def __len__(self) -> int:
        return len(self.files)

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def __getitem__(self, path: str) -> FileEntry:
        return self.files[path]

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as plain tuples: a tree goes to a worker with every trial, and this is ten times faster."""
        return _unpickled, (type(self), tuple((p, f.data, f.executable) for p, f in self.files.items()))

    @property
    def digest(self) -> str:
        """SHA-256 over every path, mode and content, as hex: the identity of what ran."""
        whole = hashlib.sha256()
        for path in self:
            entry = self.files[path]
            mode = "x" if entry.executable else "-"
            whole.update(f"{mode} {hashlib.sha256(entry.data).hexdigest()} {path}\0".encode())
        return whole.hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all contents."""
        return sum(len(entry.data) for entry in self.files.values())

    def text(self, path: str) -> str:
        """Return a file as text; undecodable bytes are replaced."""
        return self.files[path].data.decode("utf-8", "replace")

    def with_files(self, changed: Mapping[str, FileEntry | None]) -> Self:
        """Return a copy with files put in, or taken out where the value is None."""
        files = {**self.files, **{p: f for p, f in changed.items() if f is not None}}
        return type(self)({p: f for p, f in files.items() if p not in changed or changed[p] is not None})

    def under(self, folder: str) -> Self:
        """Return the part below `folder`, its paths made relative to it."""
        prefix = folder.rstrip("/") + "/"
        return type(self)({p.removeprefix(prefix): f for p, f in self.files.items() if p.startswith(prefix)})

    def to_tar(self) -> bytes:
        """Return an uncompressed tar, the same bytes for the same tree."""
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path in self:
                entry = self.files[path]
                info = tarfile.TarInfo(path)
                info.size = len(entry.data)
                info.mode = 0o755 if entry.executable else 0o644
                tar.addfile(info, io.BytesIO(entry.data))
        return raw.getvalue()

    @classmethod
    def from_tar(cls, data: bytes) -> Self:
        """Read a tar that the engine made. Members that are not regular files are left out."""
        files = {}
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for info in tar:
                if info.isreg() and (content := tar.extractfile(info)) is not None:
                    files[info.name] = FileEntry(content.read(), bool(info.mode & 0o100))
        return cls(files)

    @classmethod
    def of(cls, texts: Mapping[str, str | bytes]) -> Self:
        """Build a tree from plain texts: for code-made tasks, and tests."""
        return cls({p: FileEntry(t.encode() if isinstance(t, str) else t) for p, t in texts.items()})


def _unpickled(kind: type[Tree], rows: tuple[tuple[str, bytes, bool], ...]) -> Tree:
    return kind({path: FileEntry(data, executable) for path, data, executable in rows})


@dataclass(frozen=True, slots=True)
class TreeChange:
    """What differs between two trees: path to new file, or None where the file is gone."""

    changed: Mapping[str, FileEntry | None]

    @classmethod
    def between(cls, before: Tree, after: Tree) -> Self:
        """Return the files of `after` that are new or different, and the paths it lacks."""
        gone: dict[str, FileEntry | None] = {p: None for p in before.files if p not in after.files}
        new = {p: f for p, f in after.files.items() if before.files.get(p) != f}
        return cls({**gone, **new})

    def __bool__(self) -> bool:
        return bool(self.changed)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.changed))
