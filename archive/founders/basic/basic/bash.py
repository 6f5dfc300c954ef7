"""The shell tool: one command at a time, each in a session of its own, with the folder and variables of the last.

A command writes into a file, not a pipe, so that a process it leaves in the background cannot make the agent wait.
"""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from basic.clip import read_clipped

TIMEOUT_S = 120.0
OUTPUT_LIMIT = 4 << 20
"""Bytes that a command may write before it is stopped."""
POLL_S = 0.02

_OWN_VARIABLES = {"PYTHONPATH", "PYTHONSAFEPATH"}
"""What makes Python find the agent; a command would find it in the place of the repository."""

_WRAPPER = """\
[ -f "$SHELL_STATE/after" ] && . "$SHELL_STATE/after"
trap 'code=$?; { export -p; printf "cd %q\\n" "$PWD"; } > "$SHELL_STATE/after"; exit $code' EXIT
. "$SHELL_STATE/command"
"""


class Shell:
    """Runs commands in a folder. As a context manager, it ends what they left running."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scratch = tempfile.TemporaryDirectory(prefix="shell-")
        self._left_running: list[int] = []  # process groups

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, *error: object) -> None:
        for group in self._left_running:
            _kill(group)
        self._scratch.cleanup()

    def run(self, command: str, timeout_s: float = TIMEOUT_S) -> str:
        """Run a command; give what it wrote, and how it ended; the middle of a long output is cut out."""
        with tempfile.TemporaryFile() as output:
            process = self._start(command, output)
            stopped = _wait(process, output, timeout_s)
            ending = stopped or f"exit code {process.returncode}"
            if not stopped and _alive(process.pid):
                self._left_running.append(process.pid)
                ending += "; processes are still running in the background"
            return f"{read_clipped(output)}\n[{ending}]".lstrip("\n")

    def _start(self, command: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        Path(self._scratch.name, "command").write_text(command + "\n")
        environ = {name: value for name, value in os.environ.items() if name not in _OWN_VARIABLES}
        return subprocess.Popen(
            ["bash", "-c", _WRAPPER],
            cwd=self._folder,
            env=environ | {"SHELL_STATE": self._scratch.name},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait(process: subprocess.Popen[bytes], output: IO[bytes], timeout_s: float) -> str:
    """Wait for a command's end; if it takes or writes too much, end it and say why."""
    end = time.monotonic() + timeout_s
    while True:
        try:
            process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            too_much = os.fstat(output.fileno()).st_size > OUTPUT_LIMIT
            if too_much or time.monotonic() > end:
                _kill(process.pid)
                process.wait()
                return "stopped: too much output" if too_much else f"stopped after {timeout_s:g} s"
        else:
            return ""


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
