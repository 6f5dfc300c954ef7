"""The archive keeps no tree that could harm git, and every tree that a child may have."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dgm.archive.paths import check_tree
from dgm.errors import ArchiveError
from dgm.evaluations import police_child
from dgm.values import Collected, Tree

PARENT = Tree.of({"agent.toml": ""})
NAMES = st.sampled_from(
    ["a", "B.py", ".git", ".gitignore", "git~2", "GIT~1", "..", "", "\u200c.git", "n" * 256]
) | st.text(st.characters(), max_size=4)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@given(st.sets(PATHS, max_size=4))
@example({"git~2"})
@example({"a", "a/b"})
@example(set())
def test_every_child_that_is_let_through_can_be_kept(paths: set[str]) -> None:
    child = police_child(PARENT, Collected(Tree.of(dict.fromkeys(paths, ""))))

    if child.refused is None:
        check_tree(child.tree)


def test_a_tree_with_a_path_of_git_is_not_kept() -> None:
    with pytest.raises(ArchiveError, match=r"'a/.git/x' cannot be in an agent"):
        check_tree(Tree.of({"a/.git/x": ""}))


def test_a_file_cannot_lie_in_a_file() -> None:
    with pytest.raises(ArchiveError, match="is a file"):
        check_tree(Tree.of({"a": "", "a/b/c": ""}))


def test_an_agent_has_files() -> None:
    with pytest.raises(ArchiveError, match="without files"):
        check_tree(Tree())
