"""Sketches of sources: what they estimate, and what is nothing new."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm.evolve.sketches import LEAST_CHANGED, MAX_BYTES, Sketches, lacking, parts_of, source_of
from dgm.values import SourceSketch, Tree


def lines(name: str, count: int) -> str:
    return "".join(f"{name}_{i} = {name}({i}, {i + 1})\n" for i in range(count))


BASE = Tree.of({"main.py": lines("main", 300), "tool.py": lines("tool", 100)})


def new_in(child: Tree, *others: Tree, parent: Tree = BASE) -> list[float]:
    found = [source_of(other, None) for other in others]
    sketches = Sketches(np.array([parts_of(each) for each in found]), np.array([each.shingles for each in found]))
    return lacking(source_of(child, parent), sketches).tolist()


def changed(path: str, text: str, *, tree: Tree = BASE) -> Tree:
    return tree.with_files(Tree.of({path: text}).files)


def test_a_copy_has_nothing_new() -> None:
    assert new_in(
        changed("tool.py", lines("tool", 100) + "# more"), changed("tool.py", lines("tool", 100) + "# more")
    ) == [0]


def test_what_is_new_is_a_share_of_the_changed_files() -> None:
    half = changed("tool.py", lines("tool", 50) + lines("other", 50))

    assert new_in(half, BASE) == [pytest.approx(0.5, abs=0.1)]


def test_a_file_that_is_new_is_all_new() -> None:
    assert new_in(changed("second.py", lines("second", 60)), BASE) == [pytest.approx(1, abs=0.15)]


def test_a_file_that_was_moved_is_nothing_new() -> None:
    moved = Tree.of({"main.py": BASE.text("main.py"), "moved.py": BASE.text("tool.py")})

    assert new_in(moved, BASE) == [0]


def test_a_change_that_was_taken_back_is_nothing_new_to_the_agent_before_it() -> None:
    parent = changed("tool.py", lines("other", 100))

    back, against_parent = new_in(BASE, BASE, parent, parent=parent)

    assert back == 0
    assert against_parent == pytest.approx(1, abs=0.15)


def test_a_few_lines_in_a_new_file_are_little_new() -> None:
    few = changed("note.py", lines("note", 5))

    assert source_of(few, BASE).changed < LEAST_CHANGED / 2
    assert 0 < new_in(few, BASE)[0] < 0.6


def test_only_the_first_bytes_of_a_long_source_are_read() -> None:
    filler = "word " * (MAX_BYTES // 5 + 1)
    one, other = (Tree.of({"a.txt": filler, "b.py": lines(name, 50)}) for name in ("one", "other"))

    assert new_in(one, other, parent=Tree()) == [0]


def test_a_source_without_a_word_is_compared_without_an_error() -> None:
    assert new_in(Tree.of({"a": " \n"}), Tree.of({"b": ""}), parent=Tree()) == [0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100), st.integers(0, 3))
def test_the_share_is_near_the_true_one(kept: int, seed: int) -> None:
    child = changed("tool.py", lines("tool", kept) + lines(f"new{seed}", 100 - kept))

    assert new_in(child, BASE)[0] == pytest.approx((100 - kept) / 100, abs=0.2)


def test_a_sketch_is_two_kilobytes_and_the_same_again() -> None:
    one, again = source_of(BASE, None), source_of(Tree(dict(reversed(BASE.files.items()))), None)

    assert one == again
    assert isinstance(one, SourceSketch)
    assert len(one.sketch) == 2048
