"""What the driver costs for each trial, when model and sandbox take no time.

Trials per second, wall and driver CPU per trial, by blocks of 200, inline and through Ray. The archive is the real one,
and so are the trials, on the tests' fakes. Inline, a trial runs in the driver's own thread: its time is taken off.

All trials are one agent's, so that every block has the same to do: attempts fall into few blocks, many at once. What
they cost is seen in a second inline run, on a suite of 200 tasks: an attempt and a child to 200 trials.

The floor is what the disk takes for one durable SQLite commit and one synced artifact, as bare as they can be. It is
measured between the blocks, since other programs on the machine change it from minute to minute. What the two take of
the CPU stands beside the driver's.

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
from statistics import mean, median
from typing import NamedTuple

from dgm.archive import create_run
from dgm.cli.clock import SystemClock
from dgm.cluster import InlineExecutor, RayExecutor
from dgm.config import parse_config
from dgm.evolve import Loop, ModelNames, Progress
from dgm.ports import Executor
from dgm.values import Outcome, Work

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.instant import InstantFactory, InstantHandler, founder, suite

BLOCK = 200
CHILD_EVERY = 200
ROUNDS = 50
ARTIFACT = os.urandom(1024)


class Cost(NamedTuple):
    """Milliseconds."""

    wall: float
    cpu: float


class DiskFloor:
    """Bare durable writes beside a run, on the same disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._written = 0
        self._db = sqlite3.connect(folder / "floor.db", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE t (x)")

    def measure(self) -> tuple[Cost, Cost]:
        """Return the median cost of a commit and of an artifact."""
        return _median(self._commit), _median(self._write_synced)

    def _commit(self) -> None:
        self._db.execute("INSERT INTO t VALUES (?)", ("x" * 200,))

    def _write_synced(self) -> None:
        self._written += 1
        temporary = self._folder / f"{self._written}.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, ARTIFACT)
        os.fsync(descriptor)
        os.close(descriptor)
        temporary.replace(self._folder / str(self._written))
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _median(act: Callable[[], None]) -> Cost:
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.thread_time()
        act()
        walls.append((time.perf_counter() - wall) * 1e3)
        cpus.append((time.thread_time() - cpu) * 1e3)
    return Cost(median(walls), mean(cpus))


@dataclass
class TimedHandler:
    """Counts what the trials that run in this process take."""

    handler: InstantHandler = field(default_factory=InstantHandler)
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def __call__(self, work: Work) -> Outcome:
        """Do the work."""
        wall, cpu = time.perf_counter(), time.thread_time()
        outcome = self.handler(work)
        self.wall_s += time.perf_counter() - wall
        self.cpu_s += time.thread_time() - cpu
        return outcome

    def close(self) -> None:
        """Hold nothing."""


class Block(NamedTuple):
    """For each trial of a block: its cost, and the cost of the bare writes at the block's ends."""

    trial: Cost
    commit: Cost
    artifact: Cost

    @property
    def to_floor(self) -> float:
        """Wall to that of one commit and one artifact."""
        return self.trial.wall / (self.commit.wall + self.artifact.wall)

    @property
    def bare_cpu(self) -> float:
        """CPU of the writes that a trial needs."""
        return self.commit.cpu + self.artifact.cpu


@dataclass
class Stopwatch:
    """Looks at the clocks at every block of trials, and measures the floor there, which takes none of their time."""

    floor: DiskFloor
    trials: TimedHandler
    blocks: list[Block] = field(default_factory=list)
    _began: tuple[float, float] | None = None

    def __call__(self, progress: Progress) -> None:
        """End a block when it is full."""
        if progress.agents and self._began is None:
            self._begin()
        elif self._began is not None and progress.trials >= BLOCK * (len(self.blocks) + 1):
            began_wall, began_cpu = self._began
            wall, cpu = self._now()
            trial = Cost((wall - began_wall) * 1e3 / BLOCK, (cpu - began_cpu) * 1e3 / BLOCK)
            self.blocks.append(Block(trial, *self.floor.measure()))
            self._begin()

    def _begin(self) -> None:
        self._began = self._now()

    def _now(self) -> tuple[float, float]:
        return time.perf_counter() - self.trials.wall_s, time.process_time() - self.trials.cpu_s


def run(folder: Path, executor: Executor, trials: int, tasks: int, timed: TimedHandler) -> list[Block]:
    """Search with instant work until the trials are used up.

    Args:
        tasks: of the suite: an agent is measured on all of them before there is an attempt.
        timed: knows what of the trials this process had to do.
    """
    config = parse_config(f"[budget]\ntrials = {trials + BLOCK // 2}\n")  # the rest: with the closing
    stopwatch = Stopwatch(DiskFloor(folder.with_name(f"{folder.name}-floor")), timed)
    names = ModelNames("m", "m", "m")
    with create_run(folder, "", {}, SystemClock()) as made:
        Loop(
            config, suite(tasks), {"f": founder()}, names, made.archive, executor, SystemClock(), observer=stopwatch
        ).run()
    return stopwatch.blocks


def report(name: str, blocks: list[Block]) -> None:
    """Print the blocks and what they are to the floor."""
    wall, cpu = (median(costs) for costs in zip(*(block.trial for block in blocks), strict=True))
    bare = median(block.bare_cpu for block in blocks)
    to_floor = median(block.to_floor for block in blocks)
    print(f"\n{name}: {1e3 / wall:.0f} trials/s, wall {wall:.2f} ms, {to_floor:.2f} x the floor (aim: at most 3)")
    print(f"  driver CPU {cpu:.2f} ms a trial (aim: at most 2), of which bare writes take {bare:.2f}")
    print("  trials   wall ms   CPU ms   floor: commit ms   artifact ms   bare CPU ms   wall to floor")
    for i, block in enumerate(blocks):
        print(
            f"  {(i + 1) * BLOCK:6d}  {block.trial.wall:8.2f}  {block.trial.cpu:7.2f}  {block.commit.wall:17.2f}  "
            f"{block.artifact.wall:12.2f}  {block.bare_cpu:12.2f}  {block.to_floor:14.2f}"
        )
    first, last = blocks[0].trial, blocks[-1].trial
    by_cpu, by_floor = first.cpu / last.cpu, blocks[0].to_floor / blocks[-1].to_floor
    print(f"  last block's speed to the first's: {first.wall / last.wall:.2f} (aim: at least 0.8)", end="")
    print(f"; by CPU {by_cpu:.2f}, by wall to the floor {by_floor:.2f}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; a temporary one where left out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        trials, folder, slots = options.trials, Path(name), options.slots
        for case, tasks in (("inline", 2 * trials), ("inline, with attempts", CHILD_EVERY)):
            timed = TimedHandler()
            report(case, run(folder / case, InlineExecutor(lambda timed=timed: timed), trials, tasks, timed))
            print(f"  the trials themselves, not in the above: {timed.cpu_s * 1e3 / trials:.2f} ms of CPU each")
        elsewhere = TimedHandler()
        ray = RayExecutor(InstantFactory(), slots)
        report(f"ray, {slots} slots", run(folder / "ray", ray, trials, 2 * trials, elsewhere))


if __name__ == "__main__":
    main()
