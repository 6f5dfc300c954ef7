"""Where the founders, the suites and the sandbox's files lie, and reading such a folder.

They lie under `dgm/_assets` in a wheel, else in the checkout.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from dgm.errors import ConfigError
from dgm.values import FileEntry, Tree

_PACKAGE = Path(__file__).resolve().parent


def assets_root() -> Path:
    """Return the folder that holds `archive/founders`, `evaluations/suites` and `sandbox`."""
    wheel = _PACKAGE / "_assets"
    return wheel if wheel.is_dir() else _PACKAGE.parent


def founders_dir() -> Path:
    """Return the folder of the shipped founders."""
    return assets_root() / "archive" / "founders"


def suites_dir() -> Path:
    """Return the folder of the shipped suites."""
    return assets_root() / "evaluations" / "suites"


def sandbox_dir() -> Path:
    """Return the folder of the runner, the seccomp profile and the image recipes."""
    return assets_root() / "sandbox"


def checkout_root() -> Path | None:
    """Return the checkout that this package runs from, or None in an installed wheel."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and not (_PACKAGE / "_assets").is_dir() else None


def read_folder(folder: Path, *, max_bytes: int, is_left_out: Callable[[str], bool]) -> Tree:
    """Return a folder's regular files. Nothing of it is run, and `.git` is left out.

    Args:
        is_left_out: tells of a path, relative to the folder, whether it is passed over.

    Raises:
        ConfigError: a link or a device is among them, or all together are larger than `max_bytes`.
    """
    files: dict[str, FileEntry] = {}
    size = 0
    for path in _entries(folder):
        name = path.relative_to(folder).as_posix()
        if is_left_out(name):
            continue
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{str(path)!r} is not a regular file: put the file itself there")
        size += status.st_size
        if size > max_bytes:
            raise ConfigError(f"{str(folder)!r} is larger than {max_bytes >> 20} MiB: is the path right?")
        files[name] = FileEntry(path.read_bytes(), bool(status.st_mode & stat.S_IXUSR))
    return Tree(files)


def _entries(folder: Path) -> list[Path]:
    """Return files, and links to folders, sorted."""
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        found += [Path(root) / name for name in [*names, *links]]
    return sorted(found)
