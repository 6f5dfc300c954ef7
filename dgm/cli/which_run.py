"""Which run a command means, and where new ones go."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from dgm.assets import checkout_root
from dgm.errors import RunNotFound

run_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--run",
    "run_dir",
    type=click.Path(path_type=Path),
    envvar="DGM_RUN",
    help="The run's folder. [default: $DGM_RUN, else the newest run]",
)


def runs_root() -> Path:
    """Return the folder for runs: `archive/runs` when started in the checkout, else `./runs`."""
    root = checkout_root()
    here = Path.cwd()
    return root / "archive" / "runs" if root is not None and here.is_relative_to(root) else here / "runs"


def list_runs() -> list[Path]:
    """Return the runs' folders, oldest first."""
    root = runs_root()
    found = [path for path in root.iterdir() if (path / "run.toml").is_file()] if root.is_dir() else []
    return sorted(found, key=lambda path: ((path / "run.toml").stat().st_mtime_ns, path.name))


def find_run(given: Path | None) -> Path:
    """Return the folder that was given, else the newest run's.

    Raises:
        RunNotFound: names where it looked.
    """
    if given is not None:
        if not (given / "run.toml").is_file():
            raise RunNotFound(f"{str(given)!r} is not a run's folder: it has no run.toml. `dgm runs` lists the runs.")
        return given
    runs = list_runs()
    if not runs:
        raise RunNotFound(f"there is no run under {shown_path(runs_root())!r}. Start one: dgm run run.toml")
    return runs[-1]


def new_run_folder(name: str, now: datetime) -> Path:
    """Return a folder that does not exist yet, named after the run and the time."""
    stem = f"{name}-{now:%Y%m%d-%H%M%S}"
    root = runs_root()
    taken = (root / (stem if n == 0 else f"{stem}-{n}") for n in range(1000))
    return next(path for path in taken if not path.exists())


def shown_path(path: Path) -> str:
    """Return a path relative to here where that is shorter to read."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
