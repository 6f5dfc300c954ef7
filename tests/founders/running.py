"""Runs a founder as the engine does: a program in its own folder, told everything by its environment."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from dgm.assets import founders_dir
from dgm.models import ScriptedServer

NAMES = ("oneshot", "basic")


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one job."""

    agent: Path
    workspace: Path
    task: Path
    out: Path


def lay_out(folder: Path, name: str, instruction: str) -> Place:
    """Make the folders of a job for a founder, with an empty workspace."""
    place = Place(folder / "agent", folder / "workspace", folder / "task", folder / "out")
    for each in (place.workspace, place.task, place.out):
        each.mkdir()
    shutil.copytree(founders_dir() / name, place.agent, ignore=shutil.ignore_patterns("__pycache__"))
    (place.task / "instruction.md").write_text(instruction)
    return place


def environment(agent: Path, **more: str) -> dict[str, str]:
    """Build the environment that every command of an agent gets."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/tmp",
        "PYTHONPATH": str(agent),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        **more,
    }


def solve(place: Place, name: str, server: ScriptedServer, *, seconds: float = 60.0, tokens: int = 100_000) -> int:
    """Run the founder's `solve`; give its exit code."""
    environ = environment(
        place.agent,
        AGENT_WORKSPACE=str(place.workspace),
        AGENT_TASK=str(place.task),
        AGENT_OUT=str(place.out),
        OPENAI_BASE_URL=server.base_url,
        OPENAI_API_KEY="nothing",
        DGM_MODEL=server.models[0],
        DGM_DEADLINE=str(time.time() + seconds),
        DGM_TOKENS_LEFT=str(tokens),
    )
    command = [sys.executable, "-m", name]
    return subprocess.run(command, cwd=place.agent, env=environ, timeout=seconds + 30).returncode
