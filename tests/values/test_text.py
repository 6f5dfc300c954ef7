"""Text that a model made is harmless, and differences read like git's."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from dgm.values import Tree, plain, unified_diff
from dgm.values.text import MAX_BYTES


@given(st.text())
@example("\x1b[31mred\x1b[0m")
@example("a\u202egnp.exe")
@example("line\u2028line\x85\x9b1m")
def test_no_control_or_format_character_is_left(text: str) -> None:
    assert not [c for c in plain(text) if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}]


@given(st.text(), st.integers(0, 40))
def test_a_limit_holds(text: str, limit: int) -> None:
    assert len(plain(text, limit=limit)) <= max(limit, 3)


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_newlines_stay_only_where_they_are_wanted() -> None:
    assert (plain("a\nb"), plain("a\nb", keep_newlines=True)) == ("a b", "a\nb")


def test_a_difference_names_the_file_and_the_lines() -> None:
    before, after = Tree.of({"a.py": "one\ntwo\n"}), Tree.of({"a.py": "one\n2\n"})

    assert unified_diff(before, after).splitlines() == [
        "diff --git a/a.py b/a.py",
        "--- a/a.py",
        "+++ b/a.py",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+2",
    ]


def test_a_file_without_a_last_newline_says_so() -> None:
    assert "\\ No newline at end of file" in unified_diff(Tree(), Tree.of({"a": "x"}))


def test_a_binary_file_is_only_named() -> None:
    assert unified_diff(Tree(), Tree.of({"a": b"\0secret"})) == "diff --git a/a b/a\nBinary or large file a differs\n"


def test_a_path_with_a_terminal_escape_is_harmless() -> None:
    assert "\x1b" not in unified_diff(Tree(), Tree.of({"a\x1b[2J": "x"}))


def test_a_difference_beyond_the_cap_only_names_its_files() -> None:
    after = Tree.of({f"{n:02}.txt": f"{'x' * 390_000}\n" for n in range(20)})

    shown = unified_diff(Tree(), after)

    assert len(shown.encode()) <= MAX_BYTES + 100 * len(after)
    assert [path for path in after if f"large file {path} differs" in shown] == [f"{n:02}.txt" for n in range(10, 20)]


def test_the_cap_counts_what_undecodable_bytes_become() -> None:
    after = Tree.of({f"{n:02}": b"\xff" * 390_000 for n in range(10)})

    assert len(unified_diff(Tree(), after).encode()) <= MAX_BYTES + 100 * len(after)


def test_more_names_than_fit_are_counted() -> None:
    after = Tree.of({f"{n:04}{'n' * 900}": b"\0" for n in range(2_000)})

    shown = unified_diff(Tree(), after)

    assert len(shown.encode()) <= MAX_BYTES
    assert shown.endswith(f"and {2_000 - shown.count('diff --git')} more files differ\n")


def test_a_difference_of_many_small_files_shows_each() -> None:
    after = Tree.of({f"{n:04}": "line\n" for n in range(2_000)})

    assert unified_diff(Tree(), after).count("+line") == 2_000
