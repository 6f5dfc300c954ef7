import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.values import Tree, plain, unified_diff
from dgm.values.text import MAX_FILE_LINES


def slow_text(lines: int, seed: int) -> str:
    """Return lines in an order for which `difflib` takes long: each as often as it still looks at."""
    numbers = np.random.default_rng(seed).permutation(lines) % 100
    return "\n".join(map(str, numbers))


def test_a_difference_shows_what_was_added_changed_and_removed() -> None:
    before = Tree.of({"changed": "one\ntwo\n", "gone": "x\n"})
    after = Tree.of({"changed": "one\nthree\n", "new": "y"})

    shown = unified_diff(before, after)

    assert "-two\n+three\n" in shown
    assert "--- a/gone\n+++ /dev/null\n" in shown
    assert "--- /dev/null\n+++ b/new\n" in shown
    assert "\\ No newline at end of file\n" in shown


@pytest.mark.parametrize("text", [b"\0", b"x\n" * (MAX_FILE_LINES + 1), b"x" * 500_000])
def test_a_binary_or_large_file_is_only_named(text: bytes) -> None:
    assert "Binary or large file a differs" in unified_diff(Tree(), Tree.of({"a": text}))


def test_files_that_are_made_to_be_slow_take_seconds_at_most() -> None:
    before = Tree.of({f"f{number}": slow_text(4900, number) for number in range(20)})
    after = Tree.of({f"f{number}": slow_text(4900, -number % 97 + 200) for number in range(20)})
    began = time.process_time()

    unified_diff(before, after)

    assert time.process_time() - began < 20


@given(st.text())
def test_plain_text_is_plain(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(), st.integers(3, 40))
def test_plain_text_keeps_its_limit(text: str, limit: int) -> None:
    assert len(plain(text, limit=limit)) <= limit
