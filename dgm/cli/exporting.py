"""`dgm export` and `dgm init`: files that a command writes for the user."""

import os
from pathlib import Path

import click

from dgm.cli.inspecting import find_agent, reading, view_of
from dgm.cli.views import claim_text
from dgm.cli.which_run import run_option, shown_path
from dgm.errors import ConfigError
from dgm.evolve.confirming import claims_of
from dgm.values import Tree

RUN_TOML = """\
# One experiment. `dgm run run.toml` starts it; docs/configuration.md lists every key.
name = "first"
seed = 0
founders = ["basic"]            # a shipped founder, or the path of a folder with an agent.toml
oversight = "none"              # "flagged": wait for a person where all depends on it; "approve": every child waits

[suite]
name = "repair"                 # a shipped suite, or the path of a folder with a suite.toml
# tasks = ["..."]               # only these, in this order
stages = [3, 6, 12]             # every agent starts with 3 tasks ...
promote = [0.4]                 # ... and earns the next stage with 40 % resolved
# tripwires = ["tripwires"]     # each child also gets one task that only a cheat passes

[models]
endpoint = "auto"               # "openai": any server that speaks its API; "local": a small model on this machine
# base_url = "http://127.0.0.1:8000/v1"   # else OPENAI_BASE_URL; the key is read from OPENAI_API_KEY
# name = "my-model"
# [models.prices."my-model"]    # dollars for a million tokens; needed for a budget in dollars
# input_usd = 0.25
# output_usd = 2.00

[budget]                        # the run ends at whichever limit comes first
hours = 2
attempts = 20
# tokens = 5_000_000
# cost_usd = 20.0

[sandbox]
engine = "auto"                 # docker where an engine answers and the image is there, else bubblewrap

[evolve]
strategy = "dgm"                # or "latent", "hgm", ...: docs/search.md; `dgm simulate` compares them for no money

[cluster]
executor = "ray"                # "inline": one piece of work at a time, in the driver
# slots = 4
"""


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default="run.toml")
def init(path: Path) -> None:
    """Write a commented run.toml to start from."""
    _write_new(path, RUN_TOML.encode())
    click.echo(f"Wrote {path}. Start it with: dgm run {path}")


@click.command()
@click.argument("agent")
@click.argument("folder", type=click.Path(path_type=Path))
@run_option
def export(agent: str, folder: Path, run_dir: Path | None) -> None:
    """Write an agent's source into a new FOLDER, as regular files only."""
    with reading(run_dir) as run:
        record = find_agent(run.archive, agent)
        claim = claims_of(run.archive.confirmations()).get(record.number)
        row = view_of(run).agents[record.number]
        tree = Tree.from_tar(run.archive.tree_tar(record.number))
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ConfigError(f"{str(folder)!r} exists already: give the name of a new folder") from None
    except OSError as error:
        raise ConfigError(f"cannot make the folder {str(folder)!r}: {error.strerror}") from error
    _write_tree(tree, folder)
    click.echo(f"Wrote {len(tree)} files of {record.label} to {shown_path(folder)}.")
    click.echo(f"On the holdout: {claim_text(claim)}.")
    if claim is None and record.parent is not None:
        click.echo(f"Whether it is better than its founder, `dgm confirm {record.label}` tests.")
    if row.because:
        click.echo(f"Warning: {record.label} is {row.oversight}: {row.because}", err=True)
    click.echo(
        "Warning: this is untrusted code that a model wrote. Read it before you run it, and run it in a container "
        "without keys.",
        err=True,
    )


def _write_tree(tree: Tree, folder: Path) -> None:
    root = folder.resolve()
    for path in tree:
        target = root / path
        if not target.resolve().is_relative_to(root):
            raise ConfigError(f"{path!r} would be written outside {str(folder)!r}: the archive is damaged")
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_new(target, tree[path].data, 0o755 if tree[path].executable else 0o644)


def _write_new(path: Path, data: bytes, mode: int = 0o644) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, mode)
    except FileExistsError:
        raise ConfigError(f"{str(path)!r} exists already: give another name, or remove it") from None
    except OSError as error:
        raise ConfigError(f"cannot write {str(path)!r}: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
