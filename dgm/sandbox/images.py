"""The Docker image: made here from the recipe or on a base that the user names; known by its sha256 id."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import docker
from docker.errors import APIError, BuildError, ImageNotFound

from dgm.assets import sandbox_dir
from dgm.errors import SandboxUnavailable
from dgm.sandbox.debian import debian_tar, load_recipe
from dgm.sandbox.engines import connect
from dgm.sandbox.environment import closure, runner_digest, runner_files

RUNNER_LABEL = "org.dgm.runner"
_TOOLS = "dgm-sandbox-tools"


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
            labels={RUNNER_LABEL: _layer_digest()},
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
    if image.labels.get(RUNNER_LABEL) != _layer_digest():
        raise SandboxUnavailable(f"the image {name!r} holds another version's runner: run `dgm image build` again")
    return str(image.id)


def _layer_digest() -> str:
    """Return the digest of the last layer: the runner, and how it is put into the image."""
    recipe = (sandbox_dir() / "image" / "runner.Dockerfile").read_bytes()
    return hashlib.sha256(recipe + runner_digest().encode()).hexdigest()


def _tools(client: docker.DockerClient, base: str | None, progress: Callable[[str], None]) -> str:
    """Return the name of an image with the tools; one that was made from the same recipe is taken again."""
    pins = [f"{package.name}=={package.version}" for package in closure(load_recipe()["python"])]
    recipe = hashlib.sha256(f"{base}{load_recipe()}{pins}".encode()).hexdigest()
    name = f"{_TOOLS}:{recipe[:16]}"
    try:
        client.images.get(name)
    except ImageNotFound:
        if base is not None:
            _tools_on(client, base, pins, name)
        else:
            _tools_from_debian(client, pins, name, progress)
    return name


def _tools_on(client: docker.DockerClient, base: str, pins: list[str], name: str) -> None:
    client.images.build(
        fileobj=_context("Dockerfile"),
        custom_context=True,
        tag=name,
        buildargs={"BASE": base, "PYTHON_PACKAGES": " ".join(pins)},
        rm=True,
        forcerm=True,
    )


def _tools_from_debian(
    client: docker.DockerClient, pins: list[str], name: str, progress: Callable[[str], None]
) -> None:
    repository, _, tag = name.partition(":")
    with debian_tar(pins, progress) as tar:
        progress("importing it into the engine")
        said: str = client.api.import_image_from_file(str(tar), repository=repository, tag=tag)
    last: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    if "error" in last:
        raise SandboxUnavailable(f"the engine did not take the image: {last['error']}. Is its disk full?")


def _context(dockerfile: str) -> io.BytesIO:
    """Return a build context with one Dockerfile and the runner."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        _add(tar, "Dockerfile", (sandbox_dir() / "image" / dockerfile).read_bytes())
        for path in runner_files():
            _add(tar, f"runner/{path.name}", path.read_bytes())
    raw.seek(0)
    return raw


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
