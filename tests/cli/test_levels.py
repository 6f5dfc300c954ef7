"""A run starts, goes on and works only where the sandbox proves what the user requires."""

from pathlib import Path

import pytest

from dgm.cli.preparing import requiring
from dgm.cli.worker import WorkerFactory
from dgm.config import load_config
from dgm.errors import SandboxUnavailable
from dgm.models import ScriptedServer
from tests.cli.toy import dgm, good_model, write_config


def test_a_run_does_not_start_below_the_level_that_is_required(tmp_path: Path) -> None:
    write_config(tmp_path)

    done = dgm("run", "--require-level", "docker+runsc", folder=tmp_path, OPENAI_API_KEY="sk-none")

    assert done.returncode == 4
    assert "'docker+runsc'" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_what_a_file_requires_is_not_replaced_by_what_the_command_line_does(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path), ["sandbox.require=['docker', 'no network']"])

    assert requiring(config, ["bubblewrap", "docker"]).sandbox.require == ["docker", "no network", "bubblewrap"]


def test_a_run_remembers_what_is_required(tmp_path: Path) -> None:
    write_config(tmp_path, attempts=0)
    with ScriptedServer(good_model(solves=1)) as server:
        run = dgm("run", "--require-level", "no network", folder=tmp_path, OPENAI_BASE_URL=server.base_url)
        resumed = dgm("resume", "--require-level", "docker", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    kept = load_config(next((tmp_path / "runs").glob("*/run.toml")))
    assert (run.returncode, resumed.returncode) == (0, 4)
    assert kept.sandbox.require == ["no network"]


def test_a_worker_does_not_work_below_it(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path), ["sandbox.require=['a property that nothing proves']"])

    with pytest.raises(SandboxUnavailable, match="less than is required"):
        WorkerFactory(config)()
