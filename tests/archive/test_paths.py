"""Which paths may stand in an agent's tree."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dgm.archive.paths import check_tree, why_refused
from dgm.errors import ArchiveError
from dgm.values import Tree


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
        ".g\u200cit/config",
        ".git\\config",
        "a\nb",
        "a\tb",
        "a\0b",
        "\udc80",
        "a" * 256,
        "/".join(["ab"] * 400),
    ],
)
def test_a_dangerous_path_is_refused(path: str) -> None:
    assert why_refused(path) is not None


@pytest.mark.parametrize(
    "path", ["agent.toml", "a/b/c.py", "with space.md", "t\u00eate.py", ".hidden", "a..b", "~x", "-rf"]
)
def test_an_ordinary_path_is_taken(path: str) -> None:
    assert why_refused(path) is None


def test_a_file_cannot_lie_in_a_file() -> None:
    with pytest.raises(ArchiveError, match="is a file"):
        check_tree(Tree.of({"a": "", "a/b/c": ""}))


@given(st.text(st.characters(), max_size=30))
@example("a/.git")
def test_no_accepted_path_leaves_its_folder_or_touches_git(path: str) -> None:
    if why_refused(path) is None:
        names = path.split("/")
        assert all(name not in {"", ".", ".."} and not name.lower().startswith(".git") for name in names)
