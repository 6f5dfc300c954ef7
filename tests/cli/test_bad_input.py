"""What is given wrong ends in one line that names it, a listed exit code, and no traceback."""

import socket
import subprocess
from pathlib import Path

import pytest

from dgm.cli.edge import EXIT_CODES
from dgm.cli.founders import founder_tree
from dgm.models import ScriptedFault, ScriptedReply, ScriptedServer
from tests.cli.toy import dgm, good_model, write_agent, write_config


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a refusal."""
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode in EXIT_CODES
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_run_without_a_file_says_how_to_write_one(tmp_path: Path) -> None:
    done = dgm("run", folder=tmp_path)

    assert done.returncode == 2
    assert "dgm init" in refusal(done)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("suite.name=nosuch", "nosuch"),
        ("founders=['nobody']", "nobody"),
        ("budget.hours=-1", "budget.hours"),
        ("suite.tasks=['no-task']", "no-task"),
        ("suite.stages=[3, 2]", "stages"),
        ("models.base_url=ftp://x", "base_url"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, change: str, named: str) -> None:
    write_config(tmp_path)

    done = dgm("run", "--set", change, folder=tmp_path, OPENAI_API_KEY="sk-none")

    assert done.returncode == 2
    assert named in refusal(done)
    assert not (tmp_path / "runs").exists()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("[budget\n")

    assert "run.toml" in refusal(dgm("run", folder=tmp_path))


def test_there_is_no_run_to_look_at(tmp_path: Path) -> None:
    done = dgm("tree", folder=tmp_path)

    assert done.returncode == 3
    assert "dgm run" in refusal(done)


def test_an_unknown_model_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    write_config(tmp_path)
    with ScriptedServer(good_model(solves=0)) as server:
        done = dgm("run", "--set", "models.name=gpt-none", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 5
    assert "gpt-none" in refusal(done)
    assert "scripted" in refusal(done)


def test_a_refused_key_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    write_config(tmp_path)
    with ScriptedServer([ScriptedReply("no such key", status=401)], models=()) as server:
        done = dgm("run", "--set", "models.name=m", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 5


def test_an_endpoint_that_is_not_there_is_named(tmp_path: Path) -> None:
    write_config(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

    done = dgm("run", folder=tmp_path, OPENAI_BASE_URL=address)

    assert done.returncode == 5
    assert "is the server running" in refusal(done)


def test_a_key_that_is_refused_in_the_middle_ends_the_run(tmp_path: Path) -> None:
    write_config(tmp_path)
    with ScriptedServer([ScriptedReply("key revoked", status=401)]) as server:
        done = dgm("run", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 5
    assert "dgm resume" in done.stdout


def test_a_founder_that_cannot_do_anything_does_not_start_a_run(tmp_path: Path) -> None:
    write_config(tmp_path)
    with ScriptedServer(["{}"]) as server:
        done = dgm("run", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 2
    assert "does not pass screening" in done.stderr


def test_an_unpriced_model_is_refused_when_the_budget_is_in_dollars(tmp_path: Path) -> None:
    write_config(tmp_path)
    with ScriptedServer(good_model(solves=0)) as server:
        done = dgm("run", "--set", "budget.cost_usd=1", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 2
    assert "price" in refusal(done)


def test_an_engine_that_is_down_is_named(tmp_path: Path) -> None:
    write_config(tmp_path)

    done = dgm("run", "--sandbox", "docker", folder=tmp_path, DOCKER_HOST="unix:///nonexistent/docker.sock")

    assert done.returncode == 4
    assert "bubblewrap" in refusal(done)


def test_a_link_in_an_agent_is_refused(tmp_path: Path) -> None:
    (write_agent(tmp_path / "mine") / "link").symlink_to("/etc/passwd")

    done = dgm("agent", "check", "mine", folder=tmp_path, OPENAI_API_KEY="sk-none")

    assert done.returncode == 2
    assert "link" in refusal(done)


def test_an_init_does_not_overwrite(tmp_path: Path) -> None:
    dgm("init", folder=tmp_path)

    done = dgm("init", folder=tmp_path)

    assert done.returncode == 2
    assert "exists already" in refusal(done)


def test_what_init_writes_is_a_configuration(tmp_path: Path) -> None:
    dgm("init", folder=tmp_path)
    with ScriptedServer(["{}"]) as server:
        done = dgm("run", "--set", "suite.name=nosuch", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert "nosuch" in refusal(done)


def test_an_endpoint_that_drops_every_connection_is_an_error_of_the_endpoint(tmp_path: Path) -> None:
    write_config(tmp_path)
    with ScriptedServer([ScriptedReply(fault=ScriptedFault.RESET)], models=()) as server:
        done = dgm("run", "--set", "models.name=m", folder=tmp_path, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 5


@pytest.fixture(scope="module")
def unstarted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run whose budget ended before any attempt."""
    folder = tmp_path_factory.mktemp("unstarted")
    write_config(folder, attempts=0)
    with ScriptedServer(good_model(solves=0)) as server:
        assert dgm("run", folder=folder, OPENAI_BASE_URL=server.base_url).returncode == 0
    return folder


@pytest.mark.parametrize("change", ["suite.tasks=['nope']", "founders=['basic']", "seed=9", "budget.cost_usd=5"])
def test_a_resume_with_a_wrong_change_leaves_the_run_as_it_was(unstarted: Path, change: str) -> None:
    kept = next((unstarted / "runs").glob("*/run.toml"))
    before = kept.read_text()

    with ScriptedServer(good_model(solves=0)) as server:
        done = dgm("resume", "--set", change, folder=unstarted, OPENAI_BASE_URL=server.base_url)

    assert done.returncode == 2, done.stderr
    assert kept.read_text() == before


@pytest.mark.parametrize("agent", ["a99999999999999999999", "a7", "x", "-1x"])
def test_an_agent_that_is_not_there_is_named(unstarted: Path, agent: str) -> None:
    done = dgm("show", "--", agent, folder=unstarted)

    assert done.returncode == 3
    assert agent in refusal(done)


def test_an_export_below_a_file_is_refused(unstarted: Path) -> None:
    (unstarted / "file").write_text("")

    assert "cannot make the folder" in refusal(dgm("export", "a0", "file/x", folder=unstarted))


def test_what_git_left_in_a_founders_folder_is_passed_over(tmp_path: Path) -> None:
    folder = write_agent(tmp_path / "mine")
    (folder / ".gitignore").write_text("*.pyc\n")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("")

    assert list(founder_tree(str(folder))) == ["agent.toml", "toy.py"]
