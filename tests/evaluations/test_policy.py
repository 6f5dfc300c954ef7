import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.evaluations import police_answer, police_child
from dgm.evaluations.policy import allows
from dgm.values import Collected, FileEntry, Refusal, RefusalReason, Tree, tree_fault

PUBLIC = Tree.of({"app/main.py": "old", "README.md": "read", "tests/test_app.py": "visible"})
ALLOW = ("app/**", "*.md")


def changed(**files: str | None) -> Collected:
    entries = {path: None if text is None else FileEntry(text.encode()) for path, text in files.items()}
    return Collected(PUBLIC.with_files(entries))


def test_an_allowed_change_is_taken() -> None:
    answer = police_answer(PUBLIC, changed(**{"app/main.py": "new"}), ALLOW)

    assert answer.tree.text("app/main.py") == "new"


def test_an_allowed_removal_is_taken() -> None:
    answer = police_answer(PUBLIC, changed(**{"app/main.py": None}), ALLOW)

    assert "app/main.py" not in answer.tree


def test_a_change_outside_is_dropped_and_recorded_and_the_rest_kept() -> None:
    answer = police_answer(PUBLIC, changed(**{"app/main.py": "new", "notes.txt": "mine"}), ALLOW)

    assert (answer.dropped, answer.tree.text("app/main.py"), answer.refused) == (("notes.txt",), "new", None)


def test_a_removal_outside_is_dropped() -> None:
    answer = police_answer(PUBLIC, changed(**{"tests/test_app.py": None}), ALLOW)

    assert "tests/test_app.py" in answer.tree


@pytest.mark.parametrize(
    "path",
    [
        "app/conftest.py",
        "pytest.ini",
        "tox.ini",
        "setup.cfg",
        "pyproject.toml",
        "sitecustomize.py",
        "app/usercustomize.py",
        "app/x.pth",
        "tests/test_app.py",
        "app/tests/deep/test_more.py",
        "app/conftest.py/x.py",
        "pyproject.toml/x.py",
    ],
)
def test_what_no_task_allows_is_dropped_even_by_the_widest_glob(path: str) -> None:
    answer = police_answer(PUBLIC, changed(**{path: "cheat"}), ("**",))

    assert (answer.dropped, bool(answer.change)) == ((path,), False)


@pytest.mark.parametrize("path", ["json.py", "pytest.py", "_pytest/runner.py", "pluggy.py", "os/__init__.py", "re.so"])
def test_a_module_that_shadows_refuses_the_answer(path: str) -> None:
    answer = police_answer(PUBLIC, changed(**{path: "cheat"}), ("**",))

    assert answer.refused is not None


def test_a_module_in_a_package_may_be_named_like_a_standard_one() -> None:
    answer = police_answer(PUBLIC, changed(**{"app/json.py": "mine"}), ALLOW)

    assert answer.refused is None


@pytest.mark.parametrize("path", ["app/__pycache__/main.cpython-311.pyc", ".pytest_cache/v/x", "app/main.pyc"])
def test_caches_are_ignored(path: str) -> None:
    answer = police_answer(PUBLIC, changed(**{path: "cache"}), ("**",))

    assert (answer.dropped, bool(answer.change)) == ((), False)


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_whatever_the_sandbox_refused_refuses_the_answer(reason: RefusalReason) -> None:
    collected = Collected(PUBLIC, (Refusal("app/link", reason),))

    assert reason.value in (police_answer(PUBLIC, collected, ALLOW).refused or "")


def test_what_the_sandbox_refused_in_a_cache_is_ignored() -> None:
    collected = Collected(PUBLIC, (Refusal(".pytest_cache/.gitignore", RefusalReason.GIT),))

    assert police_answer(PUBLIC, collected, ALLOW).refused is None


@pytest.mark.parametrize(
    "path", [".git/config", "app/.gitattributes", ".GIT/hooks/x", "../x", "/etc/x", "a//b", "a\nb"]
)
def test_paths_that_no_sandbox_should_hand_over_are_refused_again(path: str) -> None:
    assert police_answer(PUBLIC, changed(**{path: "x"}), ("**",)).refused is not None


@pytest.mark.parametrize(
    ("changes", "allow", "dropped"),
    [
        ({"README.md": None, "README.md/x.py": "mine"}, ("**/*.py",), ("README.md", "README.md/x.py")),
        ({"app/main.py": None, "app": "mine"}, ("app",), ("app", "app/main.py")),
        ({"tests/test_app.py": None, "tests": "mine"}, ("**",), ("tests", "tests/test_app.py")),
    ],
)
def test_a_file_that_would_have_the_name_of_a_folder_is_dropped(
    changes: dict[str, str | None], allow: tuple[str, ...], dropped: tuple[str, ...]
) -> None:
    answer = police_answer(PUBLIC, changed(**changes), allow)

    assert (answer.tree, answer.dropped) == (PUBLIC, dropped)


def test_a_folder_that_takes_the_place_of_a_file_is_allowed() -> None:
    answer = police_answer(PUBLIC, changed(**{"app/main.py": None, "app/main.py/x.py": "mine"}), ALLOW)

    assert (answer.dropped, list(answer.tree)) == ((), ["README.md", "app/main.py/x.py", "tests/test_app.py"])


def test_a_refused_answer_changes_nothing() -> None:
    answer = police_answer(PUBLIC, changed(**{"app/main.py": "new", ".git/config": "x"}), ("**",))

    assert (answer.tree, bool(answer.change)) == (PUBLIC, False)


def test_a_refusal_is_harmless_to_show() -> None:
    collected = Collected(PUBLIC, (Refusal("\x1b[2Jevil", RefusalReason.SYMLINK),))

    assert "\x1b" not in (police_answer(PUBLIC, collected, ALLOW).refused or "")


def test_a_child_may_change_its_tests_and_pyproject() -> None:
    child = police_child(PUBLIC, changed(**{"tests/test_app.py": "new", "pyproject.toml": "[x]"}))

    assert (child.refused, list(child.change)) == (None, ["pyproject.toml", "tests/test_app.py"])


@pytest.mark.parametrize("path", [".git/hooks/post-checkout", ".gitmodules", "app/.gitattributes", "git~2"])
def test_a_child_with_a_path_of_git_is_refused(path: str) -> None:
    assert police_child(PUBLIC, changed(**{path: "x"})).refused is not None


def test_a_childs_caches_are_left_out() -> None:
    child = police_child(PUBLIC, changed(**{"app/__pycache__/x.pyc": "x"}))

    assert (child.tree, bool(child.change)) == (PUBLIC, False)


@pytest.mark.parametrize("tree", [Tree(), Tree.of({"app/__pycache__/x.pyc": ""}), Tree.of({"app": "", "app/x": ""})])
def test_a_child_without_files_or_with_a_file_in_a_file_is_refused(tree: Tree) -> None:
    assert police_child(PUBLIC, Collected(tree)).refused is not None


def test_a_child_that_is_too_large_is_refused() -> None:
    child = police_child(PUBLIC, Collected(Tree.of({f"f{n}": "x" for n in range(2001)})))

    assert "2001 files" in (child.refused or "")


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("app/*.py", "app/main.py", True),
        ("app/*.py", "app/sub/main.py", False),
        ("app/**", "app/sub/main.py", True),
        ("**/*.py", "main.py", True),
        ("**/*.py", "a/b/main.py", True),
        ("app/?.py", "app/a.py", True),
        ("app/?.py", "app//.py", False),
        ("*.py", "mainxpy", False),
        ("app", "app/main.py", False),
    ],
)
def test_globs_stay_in_a_folder_unless_doubled(glob: str, path: str, matches: bool) -> None:
    assert allows((glob,), path) is matches


PATHS = st.lists(st.sampled_from(["app", "a.py", "tests", "conftest.py", "b", ".git", "x.pyc"]), min_size=1, max_size=3)


@given(
    trees=st.dictionaries(PATHS.map("/".join), st.binary(max_size=3), max_size=6), glob=st.sampled_from(["**", "app/*"])
)
def test_the_graded_tree_differs_only_where_it_is_allowed(trees: dict[str, bytes], glob: str) -> None:
    collected = Collected(Tree({path: FileEntry(data) for path, data in trees.items()}))

    answer = police_answer(PUBLIC, collected, (glob,))

    assert all(allows((glob,), path) for path in answer.change)
    assert {p for p in {*PUBLIC, *answer.tree} if PUBLIC.files.get(p) != answer.tree.files.get(p)} == set(answer.change)


@given(st.sets(PATHS.map("/".join), max_size=6), st.sampled_from(["**", "app/*", "*.py", "app"]))
def test_what_is_graded_can_be_written_to_a_disk(paths: set[str], glob: str) -> None:
    answer = police_answer(PUBLIC, Collected(Tree.of(dict.fromkeys(paths, "new"))), (glob,))

    assert tree_fault(answer.tree.files) is None
