"""No sandbox at all: a subprocess, a timeout and a copy of the folder, as one would first write them.

It has the shape of the port so that the same attacks run through it, and succeed.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dgm.values import Collected, Ended, FileEntry, Job, JobResult, Resources, SandboxLevel, Tree

_PATIENCE_S = 0.2


class PlainSubprocess:
    """Runs a job under this user, with this environment. For attacks in their harmless form only."""

    level = SandboxLevel(engine="none", image="")

    def run(self, job: Job) -> JobResult:
        """Run a job whose parent is a shell: what the runner is in a sandbox."""
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="dgm-plain-", ignore_cleanup_errors=True) as folder:
            root = Path(folder)
            for name in ("agent", "workspace", "tmp"):
                (root / name).mkdir()
            (root / "agent" / "file").write_bytes(job.mounts[0].tree["file"].data)
            process = _start(job, root)
            ended = _wait(process, job.limits.timeout_s)
            return JobResult(
                ended=ended,
                exit_code=process.returncode if ended is Ended.EXITED else None,
                stdout=(root / "out").read_bytes(),
                stderr=(root / "err").read_bytes(),
                resources=Resources(time.monotonic() - begun),
                collected={"/workspace": Collected(_copy(root / "workspace"))},
            )

    def close(self) -> None:
        """Nothing is kept."""


def _start(job: Job, root: Path) -> subprocess.Popen[bytes]:
    places = {"AGENT_FOLDER": str(root / "agent"), "TMPDIR": str(root / "tmp")}
    with (root / "out").open("wb") as out, (root / "err").open("wb") as err:
        return subprocess.Popen(
            ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, *job.command[1:]],
            cwd=root / "workspace",
            env={**os.environ, **job.environment, **places},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )


def _wait(process: subprocess.Popen[bytes], seconds: float) -> Ended:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.terminate()
        time.sleep(_PATIENCE_S)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return Ended.TIMED_OUT
    return Ended.EXITED if process.returncode >= 0 else Ended.KILLED


def _copy(folder: Path) -> Tree:
    """Read whatever has a name, links and special files too."""
    files = {}
    for here, _, names in os.walk(folder, followlinks=True):
        for name in names:
            path = Path(here, name)
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            files[str(path.relative_to(folder))] = FileEntry(os.read(descriptor, 1 << 24))
            os.close(descriptor)
    return Tree(files)
