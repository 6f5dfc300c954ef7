"""Which of an agent's changes are taken: from an answer to a task, and from a child's tree. Pure.

Links, devices, `.git*` and bad names are refused by the sandbox when it reads the files out, and refuse the whole
answer here; the same rules are held a second time on the paths themselves.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from dgm.values import (
    Collected,
    FileEntry,
    Refusal,
    Tree,
    TreeChange,
    folders_above,
    path_fault,
    plain,
    tree_fault,
)

CACHE_FOLDERS = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"})
CACHE_SUFFIXES = (".pyc", ".pyo")

NEVER_NAMES = frozenset(
    {
        "conftest.py",
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        ".pytest.toml",
        "tox.ini",
        "setup.cfg",
        "pyproject.toml",
    }
    | {"sitecustomize.py", "usercustomize.py"}
)
NEVER_FOLDERS = frozenset({"tests", "sitecustomize", "usercustomize"})

SHADOWED = sys.stdlib_module_names | {"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "py", "pygments"}

MAX_CHILD_FILES = 2_000
MAX_CHILD_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class PolicedAnswer:
    """What is left of an answer.

    Args:
        tree: the pristine files with the allowed changes.
        change: the allowed changes alone; false when there are none.
        dropped: changed paths that were left out, sorted.
        refused: why the whole answer is refused; None: it may be graded.
    """

    tree: Tree
    change: TreeChange
    dropped: tuple[str, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class PolicedChild:
    """A child's tree without caches; `refused` says why it may not be one, None that it may."""

    tree: Tree
    change: TreeChange
    refused: str | None = None


def police_answer(pristine: Tree, collected: Collected, allow: Sequence[str]) -> PolicedAnswer:
    """Take the changes that the task allows, drop and record the others, refuse what no answer may hold.

    Args:
        pristine: the task's public files.
        collected: the workspace after the agent.
        allow: the task's globs.
    """
    change = TreeChange.between(pristine, without_caches(collected.tree, keep=pristine))
    refused = _refusal(collected.refused) or _bad_path(change)
    wanted = {path: entry for path, entry in change.changed.items() if allows(allow, path) and not _never(path)}
    shadows = [path for path in sorted(wanted) if wanted[path] and path not in pristine and shadows_a_module(path)]
    if refused is None and shadows:
        refused = f"{plain(shadows[0])!r} would shadow a module of the standard library or of pytest"
    if refused is not None:
        return PolicedAnswer(pristine, TreeChange({}), refused=refused)
    colliding = _colliding(pristine.with_files(wanted), wanted)
    taken = {path: entry for path, entry in wanted.items() if path not in colliding}
    dropped = tuple(path for path in change if path not in taken)
    return PolicedAnswer(pristine.with_files(taken), TreeChange(taken), dropped)


def police_child(parent: Tree, collected: Collected) -> PolicedChild:
    """Take a child's whole tree: any path may change, tests and pyproject.toml too, but no `.git*` and no link."""
    tree = without_caches(collected.tree, keep=parent)
    change = TreeChange.between(parent, tree)
    refused = _refusal(collected.refused) or _unfit(tree)
    return PolicedChild(tree, change, refused)


def without_caches(tree: Tree, keep: Iterable[str] = ()) -> Tree:
    """Return a tree without what interpreters and tools leave behind, but for the paths in `keep`."""
    kept = set(keep)
    return Tree({path: entry for path, entry in tree.files.items() if path in kept or not is_cache(path)})


def is_cache(path: str) -> bool:
    """Tell whether a path is what an interpreter or a tool leaves behind."""
    return path.endswith(CACHE_SUFFIXES) or not CACHE_FOLDERS.isdisjoint(path.split("/"))


def allows(globs: Sequence[str], path: str) -> bool:
    """Tell whether one of the globs matches: `*` and `?` stay in a folder, `**` crosses folders."""
    return any(_glob_pattern(glob).fullmatch(path) for glob in globs)


def shadows_a_module(path: str) -> bool:
    """Tell whether a module or package at the root of a repository bears a name that Python or pytest imports."""
    first, *rest = path.split("/")
    name = first if rest else PurePosixPath(first).name.split(".")[0]
    is_module = bool(rest) or first.endswith((".py", ".so", ".pyd"))
    return is_module and name in SHADOWED


@lru_cache(maxsize=1024)
def _glob_pattern(glob: str) -> re.Pattern[str]:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(parts.get(token, re.escape(token)) for token in tokens), re.DOTALL)


def _never(path: str) -> bool:
    *folders, name = path.split("/")
    named = not NEVER_NAMES.isdisjoint((*folders, name)) or name.endswith(".pth")
    return named or not NEVER_FOLDERS.isdisjoint(folders)


def _colliding(tree: Tree, paths: Iterable[str]) -> set[str]:
    """Return those of the paths in a tree that have a file above or below them: no disk can hold both."""
    folders = {folder for path in tree for folder in folders_above(path)}
    return {path for path in paths if path in tree and (path in folders or any(f in tree for f in folders_above(path)))}


def _refusal(refused: Sequence[Refusal]) -> str | None:
    """Return the first thing that the sandbox refused. What it refused in a cache is not part of any answer."""
    for refusal in refused:
        if not (refusal.path and is_cache(refusal.path)):
            return _said(refusal)
    return None


def _said(refusal: Refusal) -> str:
    return f"{plain(refusal.path, limit=200)!r}: {refusal.reason.value}"


def _bad_path(change: TreeChange) -> str | None:
    faults = ((path, path_fault(path)) for path in change)
    return next((_said(Refusal(path, reason)) for path, reason in faults if reason), None)


def _unfit(tree: Tree) -> str | None:
    """Return why a tree cannot be an agent's, by its paths and sizes alone: all that the archive refuses, and more."""
    if not tree:
        return "no file is left: an agent has an agent.toml at least"
    if refusal := tree_fault(tree.files):
        return _said(refusal)
    if len(tree) > MAX_CHILD_FILES:
        return f"{len(tree)} files: an agent has at most {MAX_CHILD_FILES}"
    if tree.size > MAX_CHILD_BYTES:
        return f"{tree.size} bytes: an agent has at most {MAX_CHILD_BYTES}"
    return None


def overlay(tree: Tree, files: Tree) -> Tree:
    """Return a tree with whole files laid over it: a reference solution over the pristine files."""
    changed: dict[str, FileEntry | None] = dict(files.files)
    return tree.with_files(changed)
