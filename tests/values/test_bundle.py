"""Files as one zip: the same files come back, and the same zip from the same files."""

import hashlib
import io
import pickle
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.values import Bundle

NAMES = st.text("abcxyz_.-é", min_size=1, max_size=8)
FILES = st.dictionaries(NAMES, st.binary(max_size=200), max_size=5)


@given(FILES)
def test_the_files_come_back(files: dict[str, bytes]) -> None:
    assert Bundle.of(files) == files


@given(FILES)
def test_the_files_come_back_on_the_other_side_of_a_pickle(files: dict[str, bytes]) -> None:
    assert pickle.loads(pickle.dumps(Bundle.of(files))) == files


@given(FILES)
def test_each_part_is_told_by_its_own_digest_and_size(files: dict[str, bytes]) -> None:
    parts = Bundle.of(files).parts

    assert parts == tuple((n, hashlib.sha256(data).hexdigest(), len(data)) for n, data in files.items())


@given(FILES)
def test_the_order_of_files_does_not_change_the_zip(files: dict[str, bytes]) -> None:
    assert Bundle.of(dict(reversed(files.items()))).data == Bundle.of(files).data


def test_any_unzip_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(Bundle.of({"a": b"1" * 9000}).data)) as opened:
        assert (opened.testzip(), opened.read("a")) == (None, b"1" * 9000)


def test_a_bundle_is_not_bundled_again() -> None:
    bundle = Bundle.of({"a": b"1"})

    assert Bundle.of(bundle) is bundle


def test_a_file_that_is_not_in_it_is_missing_as_in_any_mapping() -> None:
    with pytest.raises(KeyError):
        Bundle.of({"a": b"1"})["b"]
