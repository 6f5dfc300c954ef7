"""The files of a job's read-only mounts, written where an engine can bind them: this user's, readable by every other.

They are as private as the job's folder that they lie in.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from dgm.errors import SandboxError
from dgm.values import Job, Tree

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_read_only(job: Job, folder: Path) -> Mapping[str, Path]:
    """Write the files of every mount that cannot be written inside; returns each mount's folder.

    Raises:
        SandboxError: a file cannot be written, or its path cannot be one.
    """
    folders = {}
    for number, mount in enumerate(mount for mount in job.mounts if not mount.writable):
        folders[mount.path] = folder / str(number)
        try:
            _write_tree(mount.tree, folder / str(number))
        except (OSError, ValueError) as error:
            raise SandboxError(f"cannot write the files of {mount.path!r} for {job.label!r}: {error}") from error
    return folders


def _write_tree(tree: Tree, root: Path) -> None:
    made = {_make(root)}
    for path in tree:
        target = root / path
        for parent in reversed(target.parents[: len(target.relative_to(root).parts) - 1]):
            if parent not in made:
                made.add(_make(parent))
        _write(target, tree[path].data, 0o755 if tree[path].executable else 0o644)


def _make(folder: Path) -> Path:
    folder.mkdir()
    folder.chmod(0o755)  # whatever this process's umask takes from new files, the sandbox's user must read them
    return folder


def _write(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, _NEW, mode)
    try:
        os.fchmod(descriptor, mode)
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)
