"""What the archive costs as it grows: adding a child and recording a trial at 100, 1,000 and 10,000 agents.

Every agent has 40 files, one of which is its own, and one scored trial. The bulk is written by git's fast-import and
in one transaction, the measured steps by the archive's own methods.

    python benchmarks/archive_growth.py [--sizes 100,1000,10000] [--folder DIR]
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from dgm.archive import Run, create_run, open_run
from dgm.cli.clock import SystemClock
from dgm.values import AttemptOutcome, Decision, Failure, Focus, FocusKind, Lease, Spent, Suite, Tree, TrialOrder

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.instant import LEVEL, MANIFEST, founder, suite, trial_outcome

ROUNDS = 20
LEASE = Lease(1000, 0.0, 60.0)
DECISION = Decision("dgm", "expand", 0, (), {0: 1.0}, "{}")


def grow(folder: Path, agents: int) -> None:
    """Fill a run that has a founder with agents, each a child of the one at half its number."""
    with open_run(folder, SystemClock()) as run:
        first = run.archive.agents()[0].commit
    commits = _import_commits(folder / "archive.git", first, agents)
    db = sqlite3.connect(folder / "dgm.db")
    with db:
        for number, commit in enumerate(commits, start=1):
            _insert_agent(db, number, commit)
    db.close()


def _import_commits(repository: Path, first: str, agents: int) -> list[str]:
    """Write the commits and their refs as one pack; return their ids in order."""
    marks = repository / "marks"
    stream = bytearray()
    for number in range(1, agents):
        parent = first if number // 2 == 0 else f":{number // 2}"
        own = f"x = -{number}\n".encode() * 128
        stream += f"commit refs/agents/a{number}\nmark :{number}\ncommitter dgm <dgm@localhost> 0 +0000\n".encode()
        stream += f"data 5\nchild\nfrom {parent}\n".encode()
        stream += b"M 100644 inline agent/part0.py\ndata %d\n%b\n" % (len(own), own)
    command = ["git", "-C", str(repository), "fast-import", "--quiet", f"--export-marks={marks}"]
    subprocess.run(command, input=bytes(stream), check=True)
    by_mark = dict(line.split() for line in marks.read_text().splitlines())
    return [by_mark[f":{number}"] for number in range(1, agents)]


def _insert_agent(db: sqlite3.Connection, number: int, commit: str) -> None:
    """Copy the founder's row, the first attempt's and the first trial's, with this agent's number in them."""
    _copy(db, "attempts", {"attempt": number + 1, "parent": number // 2})
    _copy(db, "agents", {"agent": number, "commit_id": commit, "parent": number // 2, "attempt": number + 1})
    _copy(db, "trials", {"trial": number + 1, "agent": number})
    _copy(db, "leases", {"lease": None, "trial": number + 1}, where="trial = 1")


def _copy(db: sqlite3.Connection, table: str, changed: dict[str, object], where: str = "rowid = 1") -> None:
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    first = "agent = 0" if table == "agents" else where
    taken = ", ".join("?" if column in changed else column for column in columns)
    values = [changed[column] for column in columns if column in changed]
    db.execute(f"INSERT INTO {table} SELECT {taken} FROM {table} WHERE {first}", values)


def plant(folder: Path, measured: Suite) -> None:
    """Make a run with a founder, a failed attempt and a scored trial: the rows that the bulk is copied from."""
    with create_run(folder, "", {}, SystemClock()) as run:
        tree = founder()
        run.archive.add_founder(tree, MANIFEST)
        attempt = run.archive.open_attempt(0, Focus(FocusKind.GENERAL), LEASE, DECISION)
        run.archive.close_attempt(AttemptOutcome(attempt, None, None, Failure.NO_CHANGE, "", "", Spent(), LEVEL))
        record_trial(run, 0, tree, measured, 0)


def record_trial(run: Run, agent: int, tree: Tree, measured: Suite, task: int) -> None:
    """Open and close a trial."""
    what = measured.tasks[task]
    (trial,) = run.archive.open_trials(agent, [(what.task_id, 0, LEASE)], DECISION)
    order = TrialOrder(trial, agent, 0, tree, ("true",), what, measured.digest, "m", LEASE)
    run.archive.close_trial(trial_outcome(order))


def add_child(run: Run, parent: int, i: int) -> None:
    """Open an attempt and close it with a child."""
    attempt = run.archive.open_attempt(parent, Focus(FocusKind.GENERAL), LEASE, DECISION)
    child = Tree.from_tar(run.archive.tree_tar(parent)).with_files(
        Tree.of({"agent/part0.py": f"z = {i}\n" * 128}).files
    )
    run.archive.close_attempt(AttemptOutcome(attempt, child, MANIFEST, None, "", "a proposal", Spent(), LEVEL))


def median_ms(act: Callable[[int], None]) -> float:
    """Return the median milliseconds of a step."""
    times = []
    for i in range(ROUNDS):
        start = time.perf_counter()
        act(i)
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)


def measure(folder: Path, agents: int) -> tuple[float, float, float]:
    """Return milliseconds to open the run, to add a child and to record a trial."""
    measured = suite(ROUNDS + 1)
    plant(folder, measured)
    grow(folder, agents)
    start = time.perf_counter()
    with open_run(folder, SystemClock()) as run:
        opened = (time.perf_counter() - start) * 1e3
        trial = median_ms(lambda i: record_trial(run, agents - 1, founder(), measured, i + 1))
        child = median_ms(lambda i: add_child(run, agents - 1 - i, i))
    return opened, child, trial


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--folder", type=Path, help="on the disk to measure; a temporary one where left out")
    options = parser.parse_args()
    print("  agents   open ms   child ms   trial ms")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for size in map(int, options.sizes.split(",")):
            opened, child, trial = measure(Path(name) / str(size), size)
            print(f"  {size:6d}  {opened:8.1f}  {child:9.1f}  {trial:9.1f}", flush=True)


if __name__ == "__main__":
    main()
