"""What git holds: ids that agree with git's own, nothing of the caller's settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm.archive.objects import AgentObjects, create_repository
from dgm.archive.plumbing import Plumbing
from dgm.errors import ArchiveError
from dgm.values import FileEntry, Tree, path_fault
from tests.archive.examples import FOUNDER
from tests.fakes import FakeClock

ROOT = Path(__file__).parents[2]
NAMES = st.text(st.sampled_from("ab.-0_\u00e9"), min_size=1, max_size=3).filter(lambda name: path_fault(name) is None)
WHO = {"NAME": "dgm", "EMAIL": "dgm@localhost", "DATE": f"@{int(FakeClock().now().timestamp())} +0000"}
ENTRIES = st.builds(FileEntry, st.binary(max_size=20), st.booleans())


@pytest.fixture
def objects(tmp_path: Path) -> AgentObjects:
    create_repository(tmp_path / "archive.git")
    return AgentObjects(Plumbing(tmp_path / "archive.git"))


def commit(objects: AgentObjects, tree: Tree, parent: str | None = None) -> str:
    return objects.keep(tree, parent=parent, message="a tree\n", at=FakeClock().now())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(top=st.dictionaries(NAMES, ENTRIES, min_size=1, max_size=3), below=st.dictionaries(NAMES, ENTRIES, max_size=3))
def test_any_tree_comes_back_and_git_finds_nothing_wrong(
    objects: AgentObjects, top: dict[str, FileEntry], below: dict[str, FileEntry]
) -> None:
    tree = Tree({**top, **{f"{name}x/{name}": entry for name, entry in below.items() if f"{name}x" not in top}})

    kept = commit(objects, tree)

    objects.check()
    assert Tree.from_tar(objects.tar(kept)) == tree


def test_a_folder_sorts_as_git_sorts_it(objects: AgentObjects) -> None:
    tree = Tree.of({"a/x": "1", "a.b": "2", "a-b": "3", "a0": "4"})

    commit(objects, tree)

    objects.check()


def test_what_the_parent_has_is_not_written_again(tmp_path: Path, objects: AgentObjects) -> None:
    parent = commit(objects, FOUNDER)
    fresh = AgentObjects(Plumbing(tmp_path / "archive.git"))
    before = len(list((tmp_path / "archive.git/objects").glob("??/*")))

    commit(fresh, FOUNDER.with_files({"basic/loop.py": FileEntry(b"new")}), parent)

    after = len(list((tmp_path / "archive.git/objects").glob("??/*")))
    assert after - before == len({"the file", "basic/", "the root", "the commit"})


def test_a_commit_is_the_one_that_git_makes(tmp_path: Path, objects: AgentObjects) -> None:
    git = Plumbing(tmp_path / "archive.git")
    parent = commit(objects, FOUNDER)
    child = commit(objects, FOUNDER.with_files({"basic/loop.py": FileEntry(b"new")}), parent)
    who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in WHO.items()}
    tree = git("rev-parse", f"{child}^{{tree}}").decode().strip()

    made = subprocess.run(
        ["git", "--git-dir", tmp_path / "archive.git", "commit-tree", tree, "-p", parent, "-m", "a tree"],
        env={"PATH": os.environ["PATH"], **who},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert made == child


def test_git_takes_in_nothing_whose_links_lead_nowhere(tmp_path: Path, objects: AgentObjects) -> None:
    parent = commit(objects, FOUNDER)
    for stored in (tmp_path / "archive.git/objects").glob("??/*"):
        stored.unlink()

    with pytest.raises(ArchiveError, match="unpack-objects"):
        commit(objects, FOUNDER.with_files({"basic/loop.py": FileEntry(b"new")}), parent)


@pytest.mark.parametrize(("key", "value"), [("gc.auto", "0"), ("core.fsync", "all"), ("gc.reflogexpire", "never")])
def test_whoever_else_uses_the_repository_keeps_everything(tmp_path: Path, key: str, value: str) -> None:
    create_repository(tmp_path / "archive.git")
    command = ["git", "--git-dir", tmp_path / "archive.git", "config", "--get", key]

    assert subprocess.run(command, capture_output=True, text=True).stdout.strip() == value


def test_a_damaged_object_is_found(tmp_path: Path, objects: AgentObjects) -> None:
    commit(objects, FOUNDER)
    victim = next((tmp_path / "archive.git/objects").glob("??/*"))
    victim.chmod(0o600)
    victim.write_bytes(b"damage")

    with pytest.raises(ArchiveError, match="fsck"):
        objects.check()


def test_a_failing_command_does_not_show_where_the_run_lies(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as raised:
        Plumbing(tmp_path / "archive.git")("rev-parse", "HEAD")

    assert str(tmp_path) not in str(raised.value)


def test_a_missing_git_is_named(tmp_path: Path) -> None:
    script = "from pathlib import Path; from dgm.archive.plumbing import Plumbing; Plumbing(Path('x'))('version')"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )

    assert "git is not installed" in done.stderr


def test_gits_variables_and_settings_of_the_caller_change_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text(
        "[core]\n\thooksPath = /tmp\n[tar]\n\tumask = 0777\n[user]\n\tname = somebody\n"
    )
    script = (
        "import sys; from pathlib import Path; from dgm.archive import create_run; from tests.fakes import FakeClock\n"
        "from tests.archive.examples import FOUNDER, plant\n"
        "with create_run(Path(sys.argv[1]), '', {}, FakeClock()) as run:\n"
        "    plant(run.archive)\n"
        "    assert run.archive.tree(0) == FOUNDER\n"
        "    sys.stdout.write(run.archive.agent(0).commit)"
    )
    hostile = {
        "HOME": str(tmp_path),
        "GIT_DIR": "/nowhere",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_INDEX_FILE": "/nowhere",
        "GIT_WORK_TREE": "/nowhere",
        "GIT_NAMESPACE": "elsewhere",
        "GIT_AUTHOR_DATE": "1970-01-02T00:00:00",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "false",
    }

    commits = {
        subprocess.run(
            [sys.executable, "-c", script, tmp_path / name],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name, environment in (("calm", {}), ("hostile", hostile))
    }

    assert len(commits) == 1
