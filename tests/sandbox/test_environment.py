"""The sandbox's Python: the same whatever else the process that opens it has imported."""

from pathlib import Path

import pytest

from dgm.errors import SandboxUnavailable
from dgm.sandbox.environment import ROOTS, closure


def found() -> list[tuple[str, str]]:
    return [(package.name, package.version) for package in closure(ROOTS)]


@pytest.mark.parametrize("name", ["pytest", "colorama"])
def test_packages_that_an_import_put_on_the_path_are_not_taken(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray brings a colorama, which pytest wants on Windows only."""
    before = found()
    about = tmp_path / f"{name}-0.0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert found() == before
    assert {"openai", "pytest", "packaging"} <= {package for package, _ in before}


def test_a_root_that_is_not_installed_is_named() -> None:
    with pytest.raises(SandboxUnavailable, match="pip install no-such-package"):
        list(closure(["no-such-package"]))
