"""What becomes of a driver's cluster: in processes of their own, a few seconds each."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]


def start(what: str, home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.cluster.driver", what]
    environment = {**os.environ, "HOME": str(home)}
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, env=environment)


def said(driver: subprocess.Popen[bytes]) -> dict[str, object]:
    """Return the first line of JSON: Ray may say something of its own before it."""
    assert driver.stdout is not None
    return json.loads(next(line for line in driver.stdout if line.startswith(b"{")))


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_workers_of_a_killed_driver_end(tmp_path: Path) -> None:
    with start("hang", tmp_path) as driver:
        worker = int(str(said(driver)["worker"]))
        driver.kill()

    until = time.monotonic() + 60
    while is_alive(worker) and time.monotonic() < until:
        time.sleep(0.1)

    assert not is_alive(worker)


def test_what_the_nodes_lack_is_said_and_nothing_is_left_at_home(tmp_path: Path) -> None:
    with start("refuse", tmp_path) as driver:
        answer = said(driver)

    assert answer == {"error": "SandboxUnavailable", "message": "no engine answers: start it"}
    assert list(tmp_path.iterdir()) == []


def test_work_is_lost_when_the_last_node_does_not_open_again(tmp_path: Path) -> None:
    with start("open once", tmp_path) as driver:
        answer = said(driver)

    error = str(answer.pop("error"))
    assert answer == {"outcome": None, "retries": 1, "slots": 0}
    assert error.startswith("no node of the cluster is left, since the node ")
    assert error.endswith("did not open within 180 s")
