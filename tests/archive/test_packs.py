"""Packs: git reads from one what was put into it."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm.archive.packs import GitObject, ObjectKind, pack


@pytest.mark.parametrize("size", [0, 1, 15, 16, 2047, 2048, 2**18 - 1, 2**18])
def test_git_reads_an_object_of_any_size(tmp_path: Path, size: int) -> None:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path], check=True)
    blob = GitObject(ObjectKind.BLOB, b"x" * size)

    subprocess.run(["git", "-C", tmp_path, "unpack-objects", "-q"], input=pack([blob]), check=True)

    kept = subprocess.run(["git", "-C", tmp_path, "cat-file", "blob", blob.object_id], capture_output=True, check=True)
    assert kept.stdout == blob.data


@settings(max_examples=30)
@given(st.lists(st.builds(GitObject, st.sampled_from(ObjectKind), st.binary(max_size=300)), max_size=4))
def test_a_pack_ends_in_its_own_digest(objects: list[GitObject]) -> None:
    packed = pack(objects)

    assert packed[-20:] == hashlib.sha1(packed[:-20], usedforsecurity=False).digest()
    assert packed[:12] == b"PACK" + (2).to_bytes(4) + len(objects).to_bytes(4)
