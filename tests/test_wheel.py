"""The built wheel, installed outside the checkout, is what users get."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from dgm.models import ScriptedServer
from tests.cli.toy import environment, good_model, write_config

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("dgm-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `dgm` of a new virtual environment that holds the wheel, and the dependencies of this one."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next((folder / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(folder / "bin" / "python"),
        "install",
        "--quiet",
        "--no-deps",
    ]
    subprocess.run([*install, "--force-reinstall", str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "dgm"


def test_the_wheel_holds_what_a_wheel_should(wheel: Path) -> None:
    checker = Path(sys.executable).with_name("check-wheel-contents")
    checked = subprocess.run(
        [checker, "--config", CHECKOUT / "pyproject.toml", wheel], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


def test_no_run_and_no_test_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert not [name for name in names if "/runs/" in name or name.startswith("tests/") or "__pycache__" in name]
    assert "dgm/_assets/sandbox/runner/__main__.py" in names


def test_the_installed_program_explains_itself(installed: Path, tmp_path: Path) -> None:
    shown = subprocess.run([installed, "--help"], cwd=tmp_path, env=environment(), capture_output=True, text=True)

    assert "Evolve coding agents" in shown.stdout, shown.stderr


def test_the_installed_program_runs_a_search(installed: Path, tmp_path: Path) -> None:
    write_config(tmp_path)
    with ScriptedServer(good_model(solves=1)) as server:
        environ = environment(OPENAI_BASE_URL=server.base_url)
        done = subprocess.run(
            [installed, "run"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=110
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "a1 toy" in done.stdout
