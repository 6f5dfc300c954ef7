"""Which paths may stand in an agent's tree: the last check before git, whatever was checked earlier."""

from dgm.errors import ArchiveError
from dgm.values import Tree, plain

MAX_PATH_BYTES = 1024
MAX_NAME_BYTES = 255


def check_tree(tree: Tree) -> None:
    """Refuse a tree that git, a checkout or an export could be harmed by.

    Raises:
        ArchiveError: names the first path that is refused, and why; or the tree has no files.
    """
    if not tree:
        raise ArchiveError("an agent without files cannot be kept: it needs an agent.toml at least.")
    for path in tree:
        reason = why_refused(path) or _inside_a_file(path, tree)
        if reason:
            raise ArchiveError(f"the path {plain(path, limit=200)!r} cannot be in an agent: {reason}.")


def why_refused(path: str) -> str | None:
    """Return why a path may not stand in a tree, or None where it may."""
    names = path.split("/")
    if plain(path) != path:
        return "it has control, format or undecodable characters"
    if "\\" in path:
        return "it has a backslash"
    if any(name in {"", ".", ".."} for name in names):
        return "it is absolute, or not in its simplest form"
    if any(name.lower().startswith((".git", "git~")) for name in names):
        return "git gives it a meaning"
    if len(path.encode()) > MAX_PATH_BYTES or any(len(name.encode()) > MAX_NAME_BYTES for name in names):
        return "it is too long"
    return None


def _inside_a_file(path: str, tree: Tree) -> str | None:
    parents = path.split("/")[:-1]
    above = ("/".join(parents[:n]) for n in range(1, len(parents) + 1))
    return "a part of it is a file" if any(folder in tree for folder in above) else None
