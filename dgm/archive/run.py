"""A run's folder: made, opened, locked, mended.

run.toml       what the run was told; written last: a folder without it is no run
archive.git    the agents
dgm.db         the measurements
artifacts/     what trials and attempts left
inbox/         what persons ask of the driver
assets/        founders, suite and image recipe as they were at the start, by digest
run.log        the log
driver.lock    who writes
"""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from dgm.archive.artifacts import Artifacts
from dgm.archive.confirmations import ConfirmingArchive
from dgm.archive.database import create_database, insert, is_current, open_database, open_readonly, select, transaction
from dgm.archive.durable import storage_errors, sync, write_durably
from dgm.archive.inbox import RunInbox
from dgm.archive.lock import RunLock
from dgm.archive.objects import AgentObjects, create_repository
from dgm.archive.plumbing import Plumbing
from dgm.archive.repair import repair
from dgm.archive.steps import Watch, unwatched
from dgm.errors import ArchiveError, RunNotFound
from dgm.ports import Clock
from dgm.values import Tree

_CONFIG = "run.toml"
_GIT = "archive.git"
_DATABASE = "dgm.db"
_ARTIFACTS = "artifacts"
_ASSETS = "assets"
_LOCK = "driver.lock"
_LOG = "run.log"


class Run:
    """An open run. A context manager: leaving it frees the lock. Used by one thread."""

    def __init__(self, folder: Path, archive: ConfirmingArchive, db: Database, held: ExitStack) -> None:
        self.folder = folder
        self.archive = archive
        self.inbox = RunInbox(folder)
        self._db = db
        self._held = held

    @property
    def log_path(self) -> Path:
        """Where the log of the run goes."""
        return self.folder / _LOG

    @cached_property
    def config_toml(self) -> str:
        """What the run was told."""
        with storage_errors(self.folder):
            return (self.folder / _CONFIG).read_text(encoding="utf-8")

    def change_config(self, config_toml: str) -> None:
        """Replace what the run was told, durably: a larger budget at a resume."""
        with storage_errors(self.folder):
            write_durably(self.folder / _CONFIG, config_toml.encode())
        vars(self).pop("config_toml", None)

    @cached_property
    def assets(self) -> Mapping[str, Tree]:
        """Name to tree of what was copied at the start, such as `suite` and `founders/basic`.

        Raises:
            ArchiveError: a copy is missing or was changed.
        """
        with storage_errors(self.folder):
            return {row["name"]: self._asset(row["name"], row["digest"]) for row in select(self._db, _ASSET_ROWS)}

    def _asset(self, name: str, digest: str) -> Tree:
        tree = Tree.from_tar((self.folder / _ASSETS / f"{digest}.tar").read_bytes())
        if tree.digest != digest:
            raise ArchiveError(f"the copy of {name!r} in the run {self.folder.name!r} was changed: restore assets/.")
        return tree

    def close(self) -> None:
        """Close the database and free the lock. Safe to call twice."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


_ASSET_ROWS = "SELECT name, digest FROM assets ORDER BY name"


def create_run(
    folder: Path, config_toml: str, assets: Mapping[str, Tree], clock: Clock, *, watch: Watch = unwatched
) -> Run:
    """Make a run's folder, which only its owner can enter, and open it for writing.

    Args:
        folder: does not exist yet, or is empty.
        assets: what the run needs of the checkout; copied, so that later changes there do not reach it.
        watch: called at each step of a write.

    Raises:
        ArchiveError: the folder has something in it.
        StorageFull: no room.
    """
    with storage_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_empty(folder)
        with RunLock(folder / _LOCK):
            _check_empty(folder)  # another driver may have been quicker
            _make(folder, config_toml, assets, clock)
    return open_run(folder, clock, watch=watch)


def open_run(folder: Path, clock: Clock, *, readonly: bool = False, watch: Watch = unwatched) -> Run:
    """Open a run: for writing, which takes its lock and mends what a crash left, or beside its driver for reading.

    Args:
        watch: called at each step of a write.

    Raises:
        RunNotFound: the folder holds no run, or one whose making was cut off.
        RunLocked: another driver has it open.
        StorageFull: no room.
    """
    if not (folder / _CONFIG).is_file():
        raise RunNotFound(f"{str(folder)!r} is not a run's folder: it has no run.toml. `dgm runs` lists the runs.")
    with storage_errors(folder), ExitStack() as held:
        inherit = () if readonly else (held.enter_context(RunLock(folder / _LOCK)).descriptor,)
        db = _open_beside_a_driver(folder) if readonly else open_database(folder / _DATABASE)
        held.callback(db.close)
        git = Plumbing(folder / _GIT, inherit=inherit)
        objects = AgentObjects(git)
        artifacts = Artifacts(folder / _ARTIFACTS, watch)
        if not readonly:
            git.check_version()
            repair(db, objects, artifacts, folder / _GIT)
        archive = ConfirmingArchive(folder, db, objects, artifacts, clock=clock, watch=watch, readonly=readonly)
        return Run(folder, archive, db, held.pop_all())


def _open_beside_a_driver(folder: Path) -> Database:
    """Open the database for reading; where an earlier version made it, bring its schema up to date before."""
    db = open_readonly(folder / _DATABASE)
    if is_current(db):
        return db
    db.close()
    with RunLock(folder / _LOCK):
        open_database(folder / _DATABASE).close()
    return open_readonly(folder / _DATABASE)


def _check_empty(folder: Path) -> None:
    if any(path.name != _LOCK for path in folder.iterdir()):
        raise ArchiveError(f"the folder {folder.name!r} is not empty: a new run needs a new folder.")


def _make(folder: Path, config_toml: str, assets: Mapping[str, Tree], clock: Clock) -> None:
    folder.chmod(0o700)
    try:
        _fill(folder, config_toml, assets, clock)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # all in it was made just now
        raise


def _fill(folder: Path, config_toml: str, assets: Mapping[str, Tree], clock: Clock) -> None:
    (folder / _ARTIFACTS).mkdir()
    (folder / _ASSETS).mkdir()
    for tree in assets.values():
        write_durably(folder / _ASSETS / f"{tree.digest}.tar", tree.to_tar())
    create_repository(folder / _GIT)
    for path in (folder / _GIT, *(folder / _GIT).rglob("*")):
        sync(path)  # git syncs what it stores, not the repository it makes
    db = create_database(folder / _DATABASE)
    try:
        with transaction(db):
            insert(db, "runs", {"run": 1, "created_at": clock.now().isoformat(), "version": version("dgm")})
            for name, tree in assets.items():
                insert(db, "assets", {"name": name, "digest": tree.digest})
    finally:
        db.close()
    write_durably(folder / _CONFIG, config_toml.encode())
    sync(folder.parent)
