"""The runner's digest of a folder, on folders that no tree of the host's could be."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dgm.assets import sandbox_dir
from dgm.sandbox.frames import BrokenStream, digest
from dgm.values import Tree

ASK = "import sys; from measure import tree_digest; print(tree_digest(sys.argv[1].encode()))"


def digest_of(folder: Path) -> str:
    command = [sys.executable, "-S", "-c", ASK, str(folder)]
    return subprocess.run(
        command, cwd=sandbox_dir() / "runner", capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text("x")
    return tmp_path


def test_a_folder_of_plain_files_has_the_trees_digest(folder: Path) -> None:
    (folder / "no-files").mkdir()

    assert digest_of(folder) == Tree.of({"main.py": "x"}).digest


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "other.py").symlink_to("main.py"),
        lambda folder: (folder / "elsewhere").symlink_to("/"),
        lambda folder: (folder / "main.py").chmod(0o755),
        lambda folder: (folder / "main.py").write_text("y"),
        lambda folder: (folder / "main.py").rename(folder / "Main.py"),
        lambda folder: (folder / "more.py").touch(),
    ],
    ids=["a link", "a link to a folder", "the mode", "a byte", "a name", "an empty file"],
)
def test_whatever_is_different_shows(folder: Path, change: Callable[[Path], object]) -> None:
    change(folder)

    assert digest_of(folder) != Tree.of({"main.py": "x"}).digest


@pytest.mark.parametrize(
    "payload", [b"", b"a" * 64, b"a" * 63 + b"/agent", b"a" * 64 + b"/other", b"\xff" * 64 + b"/agent"]
)
def test_a_digest_of_something_else_is_none(payload: bytes) -> None:
    with pytest.raises(BrokenStream):
        digest(payload, "/agent")
