import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve.shingles import shingles, similarity, union

texts = st.text(alphabet="ab c.\n", max_size=60)


def test_the_hashes_are_the_same_on_every_machine() -> None:
    assert shingles("def f(x):", 3).tolist() == [
        1870002046473721539,
        7176011431095951515,
        12288182168812314444,
        16493140962988074192,
    ]


def test_a_text_has_a_shingle_for_each_place_it_can_start() -> None:
    assert len(shingles("a b c d e", 3)) == 3


def test_a_text_shorter_than_a_shingle_is_one() -> None:
    assert len(shingles("a b", 5)) == 1


def test_a_text_without_a_token_has_none() -> None:
    assert len(shingles(" \n", 3)) == 0


def test_white_space_is_no_difference() -> None:
    assert similarity(shingles("x = f(1)\n", 3), shingles("x=f( 1 )", 3)) == 1


def test_one_word_in_ten_changes_the_shingles_around_it() -> None:
    words = [f"w{i}" for i in range(10)]
    other = [*words[:5], "new", *words[6:]]

    assert similarity(shingles(" ".join(words), 3), shingles(" ".join(other), 3)) == pytest.approx(5 / 11)


@given(texts, texts, st.integers(1, 5))
def test_the_similarity_is_within_0_and_1_and_the_same_both_ways(one: str, other: str, size: int) -> None:
    a, b = shingles(one, size), shingles(other, size)

    assert 0 <= similarity(a, b) == similarity(b, a) <= 1
    assert similarity(a, a) == 1


@given(st.lists(texts, max_size=4))
def test_a_union_has_what_its_parts_have(parts: list[str]) -> None:
    hashes = [shingles(part, 2) for part in parts]

    assert set(union(hashes).tolist()) == {number for part in hashes for number in part.tolist()}
    assert union(hashes).dtype == np.uint64


@given(st.text(max_size=100))
def test_any_text_has_shingles(text: str) -> None:
    assert len(shingles(text, 3)) <= max(1, len(text))
