"""Trees are values: identity by content, the same tar for the same files, differences by path."""

from hypothesis import given
from hypothesis import strategies as st

from dgm.values import FileEntry, Tree, TreeChange

NAMES = st.text("abcxyz_.-é", min_size=1, max_size=8).filter(lambda name: name.strip(".") != "")
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
ENTRIES = st.builds(FileEntry, st.binary(max_size=40), st.booleans())


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Draw a tree in which no path is a folder of another."""
    files = draw(st.dictionaries(PATHS, ENTRIES, max_size=6))
    return Tree({p: f for p, f in files.items() if not any(other.startswith(p + "/") for other in files)})


@given(trees())
def test_a_tar_gives_the_tree_back(tree: Tree) -> None:
    assert Tree.from_tar(tree.to_tar()) == tree


@given(trees())
def test_the_order_of_files_changes_neither_digest_nor_tar(tree: Tree) -> None:
    turned = Tree(dict(reversed(tree.files.items())))

    assert (turned.digest, turned.to_tar()) == (tree.digest, tree.to_tar())


@given(trees(), trees())
def test_trees_have_the_same_digest_only_when_they_are_equal(one: Tree, other: Tree) -> None:
    assert (one.digest == other.digest) == (one == other)


@given(trees(), trees())
def test_a_change_applied_to_the_one_gives_the_other(before: Tree, after: Tree) -> None:
    change = TreeChange.between(before, after)

    assert before.with_files(change.changed) == after


@given(trees())
def test_a_tree_does_not_differ_from_itself(tree: Tree) -> None:
    assert not TreeChange.between(tree, tree)


def test_a_mode_is_part_of_the_identity() -> None:
    plain, runnable = Tree({"run": FileEntry(b"x")}), Tree({"run": FileEntry(b"x", executable=True)})

    assert plain.digest != runnable.digest


def test_a_part_of_a_tree_has_paths_of_its_own() -> None:
    tree = Tree.of({"task/a.py": "1", "task/b/c.py": "2", "tasks/d.py": "3"})

    assert list(tree.under("task")) == ["a.py", "b/c.py"]
