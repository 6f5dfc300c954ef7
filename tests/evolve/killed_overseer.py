"""Answers what lies in a run's inbox, and kills itself with SIGKILL before the first letter is removed."""

import os
import signal
import sys
from pathlib import Path

from dgm.archive import RunInbox, open_run
from dgm.evolve import Overseer
from dgm.values import Letter
from tests.fakes import FakeClock


class KilledBeforeRemoval(RunInbox):
    def discard(self, letter: Letter) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with open_run(Path(sys.argv[1]), FakeClock()) as run:
        Overseer(run.archive, KilledBeforeRemoval(run.folder)).attend()
