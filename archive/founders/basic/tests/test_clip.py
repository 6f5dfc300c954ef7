import io

import pytest

from basic.clip import clip, read_clipped


def test_a_short_text_stays():
    assert clip("abc", 3) == "abc"


def test_a_long_text_loses_its_middle():
    assert clip("abcdef", 4) == "ab\n[2 characters cut out here]\nef"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", ""),
        (b"abcd", "abcd"),
        (b"abcde", "ab\n[1 bytes cut out here]\nde"),
        (b"a" * 1000 + b"z", "aa\n[997 bytes cut out here]\naz"),
        (b"a\x1b\x07b", "ab"),
        (b"\xff", "\ufffd"),
        (b"a\0b", "[binary output: 3 bytes]"),
    ],
)
def test_of_a_file_head_and_tail_are_shown_as_text(data, shown):
    assert read_clipped(io.BytesIO(data), 4) == shown
