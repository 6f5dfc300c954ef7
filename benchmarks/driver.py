"""What the driver costs for each trial, when model and sandbox take no time.

Trials per second, wall and driver CPU per trial, by blocks of 200, inline and through Ray, against what the disk takes
for one durable SQLite commit and one synced artifact in the same run. The archive is the real one, and so are the
trials, on the tests' fakes. Inline, a trial runs in the driver's own thread: its CPU is measured and taken off.

    python benchmarks/driver.py [--trials 2000] [--slots 8] [--folder DIR]
"""

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from dgm.archive import create_run
from dgm.cli.clock import SystemClock
from dgm.cluster import InlineExecutor, RayExecutor
from dgm.config import parse_config
from dgm.evolve import Loop, ModelNames, Progress
from dgm.ports import Executor
from dgm.values import Work

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.instant import InstantFactory, InstantHandler, founder, suite

BLOCK = 200
TASKS = 200
ROUNDS = 100
ARTIFACT = bytes(range(256)) * 16


@dataclass
class TimedHandler:
    """Counts the CPU of the trials that run in this process."""

    handler: InstantHandler = field(default_factory=InstantHandler)
    cpu_s: float = 0.0

    def __call__(self, work: Work) -> bytes:
        """Do the work."""
        start = time.thread_time()
        outcome = self.handler(work)
        self.cpu_s += time.thread_time() - start
        return outcome

    def close(self) -> None:
        """Hold nothing."""


@dataclass
class Stopwatch:
    """Notes the time and the driver's CPU at every block of trials."""

    trials_cpu_s: Callable[[], float] = lambda: 0.0
    marks: list[tuple[float, float]] = field(default_factory=list)

    def __call__(self, progress: Progress) -> None:
        """Look at the clocks when a block is full."""
        while progress.agents and progress.trials >= BLOCK * len(self.marks):
            self.marks.append((time.perf_counter(), time.process_time() - self.trials_cpu_s()))

    @property
    def blocks(self) -> list[tuple[float, float]]:
        """Milliseconds of wall and of CPU for each trial, by block."""
        pairs = zip(self.marks, self.marks[1:], strict=False)
        return [((b[0] - a[0]) * 1e3 / BLOCK, (b[1] - a[1]) * 1e3 / BLOCK) for a, b in pairs]


def disk_floor_ms(folder: Path) -> tuple[float, float]:
    """Return the median milliseconds of one durable SQLite commit and of one synced artifact."""
    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE t (x)")
    commit = _median_ms(lambda _: db.execute("INSERT INTO t VALUES (?)", ("x" * 200,)))
    db.close()
    return commit, _median_ms(lambda i: _write_synced(folder / f"floor{i}", ARTIFACT))


def _write_synced(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _median_ms(act: Callable[[int], object]) -> float:
    times = []
    for i in range(ROUNDS):
        start = time.perf_counter()
        act(i)
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)


def run(folder: Path, executor: Executor, trials: int, trials_cpu_s: Callable[[], float] = lambda: 0.0) -> Stopwatch:
    """Search with instant work until the trials are used up."""
    config = parse_config(f"[budget]\ntrials = {trials}\n")
    stopwatch = Stopwatch(trials_cpu_s)
    names = ModelNames("m", "m", "m")
    with create_run(folder, "", {}, SystemClock()) as made:
        Loop(
            config, suite(TASKS), {"f": founder()}, names, made.archive, executor, SystemClock(), observer=stopwatch
        ).run()
    return stopwatch


def report(name: str, stopwatch: Stopwatch, floor_ms: float) -> None:
    """Print the blocks and what they are to the floor."""
    blocks = stopwatch.blocks
    wall, cpu = (median(column) for column in zip(*blocks, strict=True))
    print(
        f"\n{name}: {1e3 / wall:.0f} trials/s, driver CPU {cpu:.2f} ms a trial, wall {wall / floor_ms:.2f} x the floor"
    )
    print("  trials      wall ms   CPU ms")
    for i, (block_wall, block_cpu) in enumerate(blocks):
        print(f"  {(i + 1) * BLOCK:6d}     {block_wall:7.2f}  {block_cpu:7.2f}")
    print(f"  last block's speed to the first's: {blocks[0][0] / blocks[-1][0]:.2f} (aim: at least 0.8)")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; a temporary one where left out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        commit, artifact = disk_floor_ms(folder)
        print(f"floor: one durable commit {commit:.2f} ms + one synced artifact {artifact:.2f} ms")
        timed = TimedHandler()
        inline = run(folder / "inline", InlineExecutor(lambda: timed), options.trials, lambda: timed.cpu_s)
        report("inline", inline, commit + artifact)
        print(f"  CPU of the trials themselves, not in the above: {timed.cpu_s * 1e3 / options.trials:.2f} ms a trial")
        executor = RayExecutor(InstantFactory(), options.slots)
        report(f"ray, {options.slots} slots", run(folder / "ray", executor, options.trials), commit + artifact)
        again = folder / "again"
        again.mkdir()
        print(f"\nfloor measured again at the end: {sum(disk_floor_ms(again)):.2f} ms")


if __name__ == "__main__":
    main()
