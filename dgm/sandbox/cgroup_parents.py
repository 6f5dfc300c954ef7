"""Where this user may make control groups: read from what the kernel says of this process. Systemd is not asked.

With version 1, below this process's own groups. With version 2, below the nearest group above it that this user may
write and that hands memory and pids down: the root's, or one that systemd delegated.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

CONTROLLERS = ("memory", "pids", "cpu")
_NEEDED = frozenset({"memory", "pids"})


class Parents(NamedTuple):
    """Where groups are made. No folders: nowhere.

    Args:
        folders: controller to the folder of the parent group.
        mounts: the hierarchies' own folders: a process that was killed may have left groups anywhere below.
    """

    version: int = 2
    folders: Mapping[str, Path] = {}
    mounts: tuple[Path, ...] = ()


class _Mounted(NamedTuple):
    """One mounted hierarchy; `root` is the group that its mount point shows."""

    controllers: frozenset[str]
    root: str
    point: Path

    def folder(self, group: str) -> Path | None:
        """Return where a group's files are, or None when the mount does not show it."""
        below = os.path.relpath(group, self.root)
        return None if below.startswith("..") else self.point / below


def find_parents(proc: Path = Path("/proc/self")) -> Parents:
    """Return where groups can be made that limit memory and processes.

    Args:
        proc: this process's folder in /proc.
    """
    try:
        mounts = (proc / "mountinfo").read_text(encoding="utf-8")
        groups = _own_groups((proc / "cgroup").read_text(encoding="utf-8"))
    except OSError:
        return Parents()
    return _first_version(mounts, groups) or _second_version(mounts, groups.get("", "/")) or Parents()


def _own_groups(text: str) -> dict[str, str]:
    """Return controller to this process's group; version 2 stands under the empty name."""
    lines = [line.split(":", 2) for line in text.splitlines()]
    return {controller: group for _, names, group in lines for controller in names.split(",")}


def _mounted(mounts: str, kind: str) -> list[_Mounted]:
    found = []
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        root, point = before.split()[3:5]
        if after.split()[0] == kind:
            found.append(_Mounted(frozenset(after.split()[-1].split(",")), root, Path(point)))
    return found


def _first_version(mounts: str, groups: Mapping[str, str]) -> Parents | None:
    folders, points = {}, []
    for mount in _mounted(mounts, "cgroup"):
        for name in mount.controllers.intersection(CONTROLLERS, groups):
            folder = mount.folder(groups[name])
            if folder is not None and os.access(folder, os.W_OK):
                folders[name] = folder
                points.append(mount.point)
    return Parents(1, folders, tuple(points)) if folders.keys() >= _NEEDED else None


def _second_version(mounts: str, group: str) -> Parents | None:
    for mount in _mounted(mounts, "cgroup2"):
        folder = mount.folder(group)
        while folder is not None and folder.is_relative_to(mount.point):
            handed_down = _words(folder / "cgroup.subtree_control")
            if handed_down >= _NEEDED and os.access(folder / "cgroup.procs", os.W_OK):
                return Parents(2, dict.fromkeys(handed_down.intersection(CONTROLLERS), folder), (mount.point,))
            folder = folder.parent
    return None


def _words(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text(encoding="utf-8").split())
    except OSError:
        return frozenset()
