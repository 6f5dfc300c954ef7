"""Mends what a crash left between two steps of a write. The caller holds the run's lock.

A commit without a row is harmless: nobody was told of it, and the next child takes its number. So is a bundle of
artifacts without rows. A row without a ref gets its ref; temporary files and locks of dead processes go.
"""

from pathlib import Path

from sqlite_utils import Database

from dgm.archive.artifacts import Artifacts
from dgm.archive.database import select
from dgm.archive.objects import REFS, AgentObjects


def repair(db: Database, objects: AgentObjects, artifacts: Artifacts, git_dir: Path) -> None:
    """Bring a run to where every acknowledged write is whole. Doing it again changes nothing."""
    artifacts.sweep()
    sweep_repository(git_dir)
    pointed = _names_of_refs(git_dir)
    for row in select(db, "SELECT agent, commit_id FROM agents ORDER BY agent"):
        if f"a{row['agent']}" not in pointed:
            objects.point(row["agent"], row["commit_id"])


def sweep_repository(git_dir: Path) -> None:
    """Remove half-written objects and the locks of git commands that are no more."""
    leftovers = (*git_dir.glob("objects/*/tmp_obj_*"), *git_dir.glob("*.lock"), *git_dir.glob("refs/**/*.lock"))
    for path in leftovers:
        path.unlink()


def _names_of_refs(git_dir: Path) -> set[str]:
    """Return which agents have a ref, loose or packed: their names are enough, and git would read every one of them.

    A ref is put in place whole, after its row, and never again with another value.
    """
    loose = {path.name for path in (git_dir / REFS).glob("a*")}
    packed = git_dir / "packed-refs"
    lines = packed.read_text().splitlines() if packed.exists() else []
    return loose | {line.rpartition("/")[2] for line in lines if f" {REFS}/" in line}
