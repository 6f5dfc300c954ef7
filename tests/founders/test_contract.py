"""What the contract asks of any founder's tree."""

import ast
import subprocess
import sys
import tomllib

import pytest

from dgm.assets import founders_dir
from tests.founders.running import NAMES, environment

FOUNDERS = founders_dir()
SOURCES = [path for name in NAMES for path in sorted((FOUNDERS / name / name).glob("*.py"))]
TICKS = "`" * 3


def imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_holds_what_the_contract_names(name):
    manifest = tomllib.loads((FOUNDERS / name / "agent.toml").read_text())

    assert manifest["agent"].keys() == {"name", "description"}
    assert manifest["agent"]["name"] == name
    assert manifest["commands"] == {
        "solve": ["python", "-m", name],
        "test": ["python", "-m", "pytest", "-q"],
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_founder_needs_the_standard_library_and_openai_only(path):
    allowed = {*sys.stdlib_module_names, "openai", path.parent.name}

    assert imported(path.read_text()) <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_reply_that_holds_a_founders_source_is_not_cut_short(path):
    assert not [line for line in path.read_text().splitlines() if line.startswith(TICKS)]


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_less_than_200_lines(name):
    assert max(len(path.read_text().splitlines()) for path in (FOUNDERS / name / name).glob("*.py")) < 200


def test_oneshot_is_small_enough_for_a_small_model_to_read():
    code = [line for path in (FOUNDERS / "oneshot/oneshot").glob("*.py") for line in statements(path.read_text())]

    assert len(code) < 200


def statements(source: str) -> list[str]:
    """Give the lines that are code: not empty, not of a docstring."""
    strings = [
        range(node.lineno, (node.end_lineno or 0) + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    texts = {number for lines in strings for number in lines}
    return [line for number, line in enumerate(source.splitlines(), 1) if line.strip() and number not in texts]


@pytest.mark.parametrize("name", NAMES)
def test_a_founders_own_tests_pass(name):
    folder = FOUNDERS / name
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        "/dev/null",
        "--rootdir",
        str(folder),
        "-p",
        "no:cacheprovider",
    ]

    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=100)

    assert done.returncode == 0, done.stdout + done.stderr
