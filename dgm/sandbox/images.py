"""The Docker image: made here from the recipe or on a base that the user names; known by its sha256 id."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, BuildError, ImageNotFound

from dgm.assets import sandbox_dir
from dgm.errors import SandboxUnavailable
from dgm.sandbox.debian import debian_tar, load_recipe
from dgm.sandbox.engines import connect
from dgm.sandbox.environment import closure

RUNNER_LABEL = "org.dgm.runner"
_TOOLS_LABEL = "org.dgm.tools"


def build_image(tag: str, *, base: str | None = None, progress: Callable[[str], None] = lambda _: None) -> str:
    """Build the sandbox's image and return its id.

    Args:
        base: an image with Python to put the tools on; where left out, a Debian is made with debootstrap.
        progress: told what is being done.

    Raises:
        SandboxUnavailable: the engine, a tool or a package is missing; says which.
    """
    client = connect()
    try:
        tools = _tools(client, base, progress)
        progress(f"the runner, as {tag!r}")
        image, _ = client.images.build(
            fileobj=_context("runner.Dockerfile"),
            custom_context=True,
            tag=tag,
            buildargs={"TOOLS": tools},
            labels={RUNNER_LABEL: runner_digest()},
            network_mode="none",
            rm=True,
            forcerm=True,
        )
    except (APIError, BuildError) as error:
        raise SandboxUnavailable(f"the engine cannot build {tag!r}: {error}") from error
    finally:
        client.close()
    return str(image.id)


def find_image(client: docker.DockerClient, name: str) -> str:
    """Return the id of the image that jobs run on.

    Raises:
        SandboxUnavailable: it is missing, or its runner is not this version's.
    """
    try:
        image = client.images.get(name)
    except ImageNotFound as error:
        raise SandboxUnavailable(f"there is no image {name!r}: run `dgm image build`") from error
    if image.labels.get(RUNNER_LABEL) != runner_digest():
        raise SandboxUnavailable(f"the image {name!r} holds another version's runner: run `dgm image build` again")
    return str(image.id)


def runner_digest() -> str:
    """Return the SHA-256 of the runner's files and of what puts them into the image."""
    whole = hashlib.sha256((sandbox_dir() / "image" / "runner.Dockerfile").read_bytes())
    for path in _runner_files():
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _tools(client: docker.DockerClient, base: str | None, progress: Callable[[str], None]) -> str:
    """Return the id of an image with the tools; one that was made from the same recipe is taken again."""
    pins = [f"{package.name}=={package.version}" for package in closure(load_recipe()["python"])]
    known = hashlib.sha256(f"{base}{load_recipe()}{pins}".encode()).hexdigest()
    if found := client.images.list(filters={"label": f"{_TOOLS_LABEL}={known}"}):
        return str(found[-1].id)
    if base is not None:
        return _tools_on(client, base, pins, known)
    with debian_tar(pins, progress) as tar:
        progress("importing it into the engine")
        said: str = client.api.import_image_from_file(str(tar), changes=[f"LABEL {_TOOLS_LABEL}={known}"])
    return _imported(said)


def _tools_on(client: docker.DockerClient, base: str, pins: list[str], known: str) -> str:
    image, _ = client.images.build(
        fileobj=_context("Dockerfile"),
        custom_context=True,
        buildargs={"BASE": base, "PYTHON_PACKAGES": " ".join(pins)},
        labels={_TOOLS_LABEL: known},
        rm=True,
        forcerm=True,
    )
    return str(image.id)


def _imported(said: str) -> str:
    """Return the id from the engine's answer, one JSON object a line; the last one has it."""
    last: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    if "status" not in last:
        raise SandboxUnavailable(f"the engine did not take the image: {last}")
    return str(last["status"])


def _runner_files() -> Iterator[Path]:
    yield from sorted((sandbox_dir() / "runner").glob("*.py"))


def _context(dockerfile: str) -> io.BytesIO:
    """Return a build context with one Dockerfile and the runner."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        _add(tar, "Dockerfile", (sandbox_dir() / "image" / dockerfile).read_bytes())
        for path in _runner_files():
            _add(tar, f"runner/{path.name}", path.read_bytes())
    raw.seek(0)
    return raw


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
