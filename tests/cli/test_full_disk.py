"""A disk that fills up in the middle of a search: one line, nothing lost, and the run goes on when there is room."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dgm.models import ScriptedServer
from tests.cli.toy import dgm, good_model, write_config


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of eight MiB, for the runs."""
    if os.geteuid() != 0:
        pytest.skip("not root: no tmpfs of its own")
    folder = tmp_path / "runs"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_ends_the_run_and_room_lets_it_go_on(disk: Path) -> None:
    folder = disk.parent
    ballast = disk / "ballast"

    def fill_up(number: int) -> None:
        if number == 5:
            room = os.statvfs(disk)
            ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - 8192)))

    write_config(folder, attempts=2)
    with ScriptedServer(good_model(solves=2, before=fill_up)) as server:
        full = dgm("run", folder=folder, OPENAI_BASE_URL=server.base_url)
        ballast.unlink()
        resumed = dgm("resume", folder=folder, OPENAI_BASE_URL=server.base_url)

    assert full.returncode == 3, full.stdout + full.stderr
    assert "Traceback" not in full.stdout + full.stderr
    assert "dgm resume" in full.stdout + full.stderr
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
