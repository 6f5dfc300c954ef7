"""Starts llama.cpp's server on this machine, as a process that ends with this one."""

import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dgm.errors import ConfigError, ModelUnavailable
from dgm.models.model_file import LOCAL_MODEL

ANNOUNCE = "listening on "
"""Starts the line in which the server tells its address."""
START_S = 180.0
"""Seconds in which a model must be loaded."""
_KEPT = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "LANG", "TMPDIR")
"""What of the environment the server gets: it reads what agents write, and needs no key."""


@contextmanager
def start_local(
    path: Path, *, context: int = 16384, threads: int | None = None, log: Path, alias: str = LOCAL_MODEL
) -> Iterator[str]:
    """Serve a GGUF file on loopback for the time of the context.

    Args:
        context: length in tokens.
        threads: the cores this process may use where left out.
        log: file for what the server says.

    Yields:
        The `base_url`.

    Raises:
        ConfigError: llama.cpp is not installed, or cannot load the file.
        ModelUnavailable: it did not start in time.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise ConfigError("the local server needs xllamacpp: `pip install 'dgm[local]'`, or name a models.base_url")
    with log.open("ab") as sink:
        process = _started(path, context, threads or len(os.sched_getaffinity(0)), alias, sink.fileno())
    try:
        yield f"{_address(process, log)}/v1"
    finally:
        _end(process)


def _started(path: Path, context: int, threads: int, alias: str, log: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "dgm.models.local_server", "--model", path.name, "--alias", alias]
    command += ["--context", str(context), "--threads", str(threads)]
    return subprocess.Popen(
        command,
        cwd=path.parent,  # the model is named without its folder, so that the log does not tell where it lies
        env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONSAFEPATH": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,  # Ctrl-C is for the driver, which ends the server last
    )


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """Wait for the line with the address; a server that is too slow is killed, which ends the waiting."""
    overdue = threading.Timer(START_S, process.kill)
    overdue.start()
    try:
        for line in process.stdout or ():
            if line.startswith(ANNOUNCE):
                return line.removeprefix(ANNOUNCE).strip()
    finally:
        in_time = overdue.is_alive()
        overdue.cancel()
    if not in_time:
        raise ModelUnavailable(
            f"the local server did not load the model within {START_S:.0f} seconds: see {str(log)!r}"
        )
    raise ConfigError(f"the local server could not load the model: see the end of {str(log)!r}; is it a GGUF file?")


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
