"""The last check of an agent's tree before git, whatever was checked earlier."""

from dgm.errors import ArchiveError
from dgm.values import Tree, plain, tree_fault


def check_tree(tree: Tree) -> None:
    """Refuse a tree that git, a checkout or an export could be harmed by.

    Raises:
        ArchiveError: names the first path that is refused, and why; or the tree has no files.
    """
    if not tree:
        raise ArchiveError("an agent without files cannot be kept: it needs an agent.toml at least.")
    if refusal := tree_fault(tree.files):
        shown = plain(refusal.path, limit=200)
        raise ArchiveError(f"the path {shown!r} cannot be in an agent: {refusal.reason.value}.")
