"""A driver in a process of its own that kills itself with SIGKILL at one step of a write.

Arguments: the run's folder, the step, `attempt` or `trial`, the id to close.
"""

import os
import signal
import sys
from pathlib import Path

from dgm.archive import Step, open_run
from tests.archive.examples import scored, success
from tests.fakes import FakeClock


def main(folder: str, step: str, what: str, number: str) -> None:
    def watch(reached: Step) -> None:
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_run(Path(folder), FakeClock(), watch=watch) as run:
        if what == "attempt":
            run.archive.close_attempt(success(int(number)))
        else:
            run.archive.close_trial(scored(int(number)))


if __name__ == "__main__":
    main(*sys.argv[1:])
