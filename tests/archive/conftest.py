"""An open run, planted with one founder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dgm.archive import Run, RunArchive, create_run
from tests.archive.examples import CONFIG, SUITE, plant
from tests.fakes import FakeClock


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with create_run(tmp_path / "run", CONFIG, {"suite": SUITE}, FakeClock()) as run:
        plant(run.archive)
        yield run


@pytest.fixture
def archive(run: Run) -> RunArchive:
    return run.archive
