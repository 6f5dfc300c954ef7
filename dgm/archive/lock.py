"""One driver a run: an advisory lock that the kernel frees when its holders are gone, however they went."""

import fcntl
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from dgm.errors import RunLocked

_LINGER_S = 2.0
"""How long a git command of a driver that was killed may still hold the lock."""


class RunLock:
    """Holds a run for writing. The file names the holder for a person; the lock itself is the kernel's.

    Git commands that write inherit the descriptor, so that one that outlives its driver keeps the next one out.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            RunLocked: another driver has the run open.
        """
        self._path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take()
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)
        except BaseException:
            os.close(self.descriptor)
            raise

    def _take(self) -> None:
        deadline = time.monotonic() + _LINGER_S
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            if not self._holder_is_gone() or time.monotonic() > deadline:
                raise self._locked()
            time.sleep(0.02)

    def _holder(self) -> list[str]:
        return os.pread(self.descriptor, 400, 0).decode("utf-8", "replace").split()

    def _holder_is_gone(self) -> bool:
        pid, _, host = " ".join(self._holder()).partition(" ")
        return host == socket.gethostname() and pid.isdigit() and not Path("/proc", pid).exists()

    def _locked(self) -> RunLocked:
        pid, _, host = " ".join(self._holder()).partition(" ")
        return RunLocked(
            f"the run {self._path.parent.name!r} is open in another driver (process {pid or '?'} on {host or '?'}). "
            "Wait for it or stop it; `dgm status` and `dgm tree` work meanwhile."
        )

    def close(self) -> None:
        """Free the run. Safe to call twice."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
