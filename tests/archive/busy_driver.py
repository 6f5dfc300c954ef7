"""A driver in a process of its own that adds children and trials until it is killed.

Argument: the run's folder. Prints a line `child NUMBER COMMIT` or `trial ID` when one is acknowledged.
"""

import sys
from itertools import count
from pathlib import Path

from dgm.archive import open_run
from tests.archive.examples import add_child, closed, open_trial, scored
from tests.fakes import FakeClock


def main(folder: str) -> None:
    with open_run(Path(folder), FakeClock()) as run:
        archive = run.archive
        for turn in count(len(archive.agents())):
            child = archive.agent(add_child(archive, turn // 2, f"turn {turn}"))
            say(f"child {child.number} {child.commit}")
            trial = closed(archive, scored(open_trial(archive, "t1", child.number).trial_id))
            say(f"trial {trial.trial_id}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
