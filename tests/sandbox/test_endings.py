"""Nothing is left, however the engine's process ends."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker as docker_py
import pytest

from dgm.ports import Sandbox
from dgm.sandbox import reap
from dgm.sandbox.cache import default_cache, job_folder, sweep
from tests.engines import IMAGE
from tests.sandbox.jobs import job, shell

MARK = f"{os.getpid():08}"
"""Makes this process's jobs and their `sleep` commands stand out: other tests run beside it."""


def sleepers() -> list[int]:
    """Return the host's processes of the abandoned job."""
    wanted = f"sleep\x003{MARK}\0".encode()
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if _read(path) == wanted]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def wait_until(claim: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if claim():
            return True
        time.sleep(0.02)
    return claim()


def abandoned(engine: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a job in another process; yields once its command runs."""
    assert wait_until(lambda: not sleepers(), 20), "the job of the test before has not ended"
    script = Path(__file__).with_name("abandoned.py")
    process = subprocess.Popen([sys.executable, str(script), engine, MARK, IMAGE], stdout=subprocess.PIPE)
    try:
        assert wait_until(lambda: len(sleepers()) == 2, 60)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def driver_in_bubblewrap(bubblewrap: Sandbox) -> Iterator[subprocess.Popen[bytes]]:
    yield from abandoned("bubblewrap")


@pytest.fixture
def driver_in_docker(docker: Sandbox) -> Iterator[subprocess.Popen[bytes]]:
    yield from abandoned("docker")


def containers(**filters: str) -> list[object]:
    client = docker_py.from_env()
    try:
        return client.api.containers(all=True, filters=filters)
    finally:
        client.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_bubblewrap_job_ends_with_its_driver(
    driver_in_bubblewrap: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    driver_in_bubblewrap.send_signal(number)

    assert wait_until(lambda: not sleepers(), 2)


@pytest.mark.docker
def test_a_container_ends_with_its_driver(driver_in_docker: subprocess.Popen[bytes]) -> None:
    driver_in_docker.send_signal(signal.SIGKILL)

    assert wait_until(lambda: not sleepers(), 2)


@pytest.mark.docker
def test_a_dead_drivers_container_is_reaped(driver_in_docker: subprocess.Popen[bytes]) -> None:
    driver_in_docker.kill()
    driver_in_docker.wait()
    assert containers(label=f"org.dgm.job={MARK}")

    reaped = reap()

    assert reaped >= 1
    assert not containers(label=f"org.dgm.job={MARK}")


@pytest.mark.docker
def test_an_interrupted_driver_leaves_no_container(driver_in_docker: subprocess.Popen[bytes]) -> None:
    driver_in_docker.send_signal(signal.SIGINT)
    driver_in_docker.wait(20)

    assert not containers(label=f"org.dgm.job={MARK}")


@pytest.mark.docker
def test_a_driver_interrupted_while_it_asks_for_a_container_leaves_none(docker: Sandbox) -> None:
    script = Path(__file__).with_name("abandoned.py")
    for delay_s in (0.0, 0.02, 0.04, 0.06):
        process = subprocess.Popen([sys.executable, str(script), "docker", MARK, IMAGE], stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"opened\n"
            time.sleep(delay_s)  # into the request, however long it takes on this machine
            process.send_signal(signal.SIGINT)
            process.wait(20)
        finally:
            process.kill()
            process.communicate()

        assert not containers(label=f"org.dgm.job={MARK}")


@pytest.mark.docker
def test_a_live_drivers_container_is_not_reaped(driver_in_docker: subprocess.Popen[bytes]) -> None:
    reap()

    assert len(sleepers()) == 2


@pytest.mark.docker
def test_a_job_leaves_no_container_and_no_folder(docker: Sandbox) -> None:
    shell(docker, "exit 3", files={"f": "x"})

    mine = f"{os.getpid()}-"
    assert not [c for c in containers(label="org.dgm.job=test") if mine in c["Labels"]["org.dgm.owner"]]  # type: ignore[index]
    assert not list((default_cache() / "jobs").glob(f"{mine}*"))


def test_a_bubblewrap_job_leaves_no_folder(bubblewrap: Sandbox) -> None:
    shell(bubblewrap, "exit 3", files={"f": "x"})

    assert not list((default_cache() / "jobs").glob(f"{os.getpid()}-*"))


@pytest.mark.parametrize(("everyone", "mode"), [(False, 0o710 if os.geteuid() == 0 else 0o700), (True, 0o711)])
def test_a_jobs_folder_is_open_to_the_sandboxs_user_only(tmp_path: Path, everyone: bool, mode: int) -> None:
    with job_folder(tmp_path, everyone=everyone) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == mode


def test_a_dead_drivers_folders_are_swept(bubblewrap: Sandbox) -> None:
    namespace = Path("/proc/self/ns/pid").stat().st_ino
    left = default_cache() / "jobs" / f"999999999-1-{namespace}.left"
    left.mkdir(parents=True)

    reap()

    assert not left.exists()


def test_folders_of_another_process_namespace_are_swept_only_when_they_are_old(tmp_path: Path) -> None:
    young, old = (tmp_path / "jobs" / f"999999999-1-1.{name}" for name in ("young", "old"))
    for folder in (young, old):
        folder.mkdir(parents=True)
    os.utime(old, (1, 1))

    assert (sweep(tmp_path), young.exists(), old.exists()) == (1, True, False)


def test_a_job_that_outlives_the_thread_that_opened_the_sandbox_goes_on(bubblewrap: Sandbox) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(bubblewrap.run, job("sleep", "0.2")) for _ in range(4)]

    assert [result.result().exit_code for result in results] == [0] * 4
    assert threading.active_count() < 50
