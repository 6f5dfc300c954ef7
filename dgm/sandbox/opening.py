"""Which sandbox a run gets, and what this machine could give."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dgm.errors import ConfigError, SandboxUnavailable
from dgm.ports import Sandbox
from dgm.sandbox.bubblewrap import BubblewrapSandbox
from dgm.sandbox.containers import DockerSandbox
from dgm.sandbox.requiring import check_level
from dgm.values import SandboxLevel

DEFAULT_IMAGE = "dgm-sandbox"


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What one engine proved on this machine just now, or why it cannot be used.

    Args:
        level: None when it cannot be used.
        problem: one sentence that says what is missing and what to do; empty when it can be used.
    """

    engine: str
    level: SandboxLevel | None
    problem: str = ""


def open_sandbox(
    engine: str, *, image: str = DEFAULT_IMAGE, cache: Path | None = None, require: Sequence[str] = ()
) -> Sandbox:
    """Open a sandbox and let it prove what it promises.

    Args:
        engine: `docker`, `bubblewrap`, or `auto`: docker where an engine answers and the image is there, else
            bubblewrap. `level` says which it became.
        require: what it must prove: an engine at least so strong, properties by name (`requiring.check_level`).
        image: name of the Docker image.
        cache: folder for what bubblewrap keeps between runs; a neutral one under /var/tmp where left out.

    Raises:
        ConfigError: there is no such engine.
        SandboxUnavailable: with what is missing and what to do.
    """
    match engine:
        case "docker":
            return _enough(DockerSandbox(image), require)
        case "bubblewrap":
            return _enough(BubblewrapSandbox(cache), require)
        case "auto":
            return _open_any(image, cache, require)
    raise ConfigError(f"there is no sandbox engine {engine!r}: use auto, docker or bubblewrap")


def _open_any(image: str, cache: Path | None, require: Sequence[str]) -> Sandbox:
    try:
        return _enough(DockerSandbox(image), require)
    except SandboxUnavailable as no_docker:
        try:
            return _enough(BubblewrapSandbox(cache), require)
        except SandboxUnavailable as no_bubblewrap:
            raise SandboxUnavailable(f"no sandbox: docker: {no_docker}; bubblewrap: {no_bubblewrap}") from no_bubblewrap


def _enough(sandbox: Sandbox, require: Sequence[str]) -> Sandbox:
    """Return a sandbox that proved what is required; any other is closed. Raises SandboxUnavailable."""
    try:
        check_level(sandbox.level, require)
    except SandboxUnavailable:
        sandbox.close()
        raise
    return sandbox


def examine_engines(image: str = DEFAULT_IMAGE) -> tuple[EngineReport, ...]:
    """Open every engine in turn and return what each proved. Takes a few seconds."""
    return _examine("docker", image), _examine("bubblewrap", image)


def _examine(engine: Literal["docker", "bubblewrap"], image: str) -> EngineReport:
    try:
        sandbox = open_sandbox(engine, image=image)
    except SandboxUnavailable as error:
        return EngineReport(engine, None, str(error))
    sandbox.close()
    return EngineReport(engine, sandbox.level)
