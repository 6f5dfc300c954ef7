"""Finding a Docker engine, and saying in a sentence why there is none."""

import contextlib
import socket

import docker
from docker.constants import DEFAULT_DOCKER_API_VERSION, DEFAULT_UNIX_SOCKET
from docker.errors import DockerException
from docker.utils import kwargs_from_env, version_lt
from requests.exceptions import RequestException

from dgm.errors import SandboxUnavailable

_TIMEOUT_S = 60
_CONNECT_S = 5.0
_FIRST_VERSION = "1.41"
"""Enough to ask an engine of any age for its own."""
_CONNECTIONS = 64


def connect() -> docker.DockerClient:
    """Return a client of the engine that DOCKER_HOST names, or of the host's own.

    Raises:
        SandboxUnavailable: none answers.
    """
    try:
        _knock()
        with contextlib.closing(docker.from_env(version=_FIRST_VERSION, timeout=_TIMEOUT_S)) as client:
            theirs = str(client.api.version(api_version=False)["ApiVersion"])
        ours = DEFAULT_DOCKER_API_VERSION
        version = theirs if version_lt(theirs, ours) else ours
        return docker.from_env(version=version, timeout=_TIMEOUT_S, max_pool_size=_CONNECTIONS)
    except (DockerException, RequestException, OSError) as error:
        raise SandboxUnavailable(
            f"no Docker engine answers: {error}. Start one, or set DOCKER_HOST, or use bubblewrap"
        ) from error


def _knock() -> None:
    """Connect to the engine's Unix socket and let go, since docker-py leaks a socket when that fails."""
    address = str(kwargs_from_env().get("base_url") or DEFAULT_UNIX_SOCKET)
    _, is_unix, path = address.partition("unix://")
    if is_unix:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(_CONNECT_S)
            door.connect(path)
