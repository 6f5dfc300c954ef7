"""Which paths may stand in an agent's tree."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dgm.values import Refusal, RefusalReason, folders_above, path_fault, tree_fault


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../../b",
        "a//b",
        "a/",
        "./a",
        ".git/config",
        "a/.GIT/hooks/x",
        ".gitattributes",
        ".gitmodules",
        "GIT~1/config",
        "git~2",
        ".g\u200cit/config",
        ".git\\config",
        "a\nb",
        "a\tb",
        "a\0b",
        "\udc80",
        "a" * 256,
        "/".join(["ab"] * 400),
        "/".join(["d"] * 33),
    ],
)
def test_a_dangerous_path_is_refused(path: str) -> None:
    assert path_fault(path) is not None


@pytest.mark.parametrize(
    "path", ["agent.toml", "a/b/c.py", "with space.md", "t\u00eate.py", ".hidden", "a..b", "~x", "-rf"]
)
def test_an_ordinary_path_is_taken(path: str) -> None:
    assert path_fault(path) is None


@given(st.text(st.characters(), max_size=30))
@example("a/.git")
def test_no_accepted_path_leaves_its_folder_or_touches_git(path: str) -> None:
    if path_fault(path) is None:
        names = path.split("/")
        assert all(name not in {"", ".", ".."} and not name.lower().startswith(".git") for name in names)


def test_a_file_cannot_lie_in_a_file() -> None:
    assert tree_fault(["a", "b", "a/b/c"]) == Refusal("a/b/c", RefusalReason.IN_A_FILE)


def test_files_side_by_side_are_taken() -> None:
    assert tree_fault(["a/b", "a/c", "a.b"]) is None


def test_the_folders_above_a_path_come_from_the_outermost_in() -> None:
    assert list(folders_above("a/b/c.py")) == ["a", "a/b"]
