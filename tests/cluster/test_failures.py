"""What is recorded of a failure on a worker."""

import sys
import tempfile
from pathlib import Path

import pytest

from dgm.cluster import InlineExecutor
from dgm.cluster.failures import describe, without_paths
from tests.cluster.handlers import ObeyingFactory, work


def error_of(what: str) -> str:
    executor = InlineExecutor(ObeyingFactory())
    executor.submit(work("w", what))
    return executor.wait(1.0)[0].error


@pytest.mark.parametrize("folder", [Path.home(), Path.cwd(), Path(tempfile.gettempdir()), Path(sys.prefix)])
def test_a_failure_names_no_folder_of_the_host(folder: Path) -> None:
    assert str(folder) not in error_of(f"fail no file {folder}/a/b.txt")


def test_a_failure_names_its_frames_by_package_and_file() -> None:
    frames = error_of("fail").splitlines()[:-1]

    assert [frame.split(":")[0] for frame in frames] == ["dgm/cluster/node_worker.py", "tests/cluster/handlers.py"]
    assert frames[0].endswith(" in run_work")


def test_the_last_line_is_the_type_and_the_whole_message() -> None:
    assert error_of("fail in\ntwo lines").splitlines()[-1] == "RuntimeError: told to fail: in two lines"


def test_a_cause_is_named_before_its_effect() -> None:
    error = RuntimeError("effect")
    error.__cause__ = KeyError("cause")

    assert describe(error) == "KeyError: 'cause'\nRuntimeError: effect"


def test_an_error_without_a_message_is_its_type() -> None:
    assert describe(ValueError()) == "ValueError"


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("/home/alice/runs/one/run.db is full", ".../run.db is full"),
        ("no folder /Users/bob", "no folder ..."),
        ("[Errno 2] No such file: '/srv/data/x.json'", "[Errno 2] No such file: '.../x.json'"),
        ("path=/opt/venv/bin/python:1", "path=.../python:1"),
        ("http://127.0.0.1:8080/v1/models answers 500", "http://127.0.0.1:8080/v1/models answers 500"),
        ("src/root/main.py is in /root", "src/root/main.py is in ..."),
        ("src/app/main.py changed", "src/app/main.py changed"),
        ("./a/b/c.py and ../d/e.py", "./a/b/c.py and ../d/e.py"),
    ],
)
def test_absolute_paths_are_cut_to_their_last_part(text: str, harmless: str) -> None:
    assert without_paths(text) == harmless
