"""Finding a Docker engine, and saying in a sentence why there is none."""

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from dgm.errors import SandboxUnavailable

_TIMEOUT_S = 60


def connect() -> docker.DockerClient:
    """Return a client of the engine that DOCKER_HOST names, or of the host's own.

    Raises:
        SandboxUnavailable: none answers.
    """
    try:
        client = docker.from_env(timeout=_TIMEOUT_S, max_pool_size=64)
        client.ping()
    except (DockerException, RequestException) as error:
        raise SandboxUnavailable(
            f"no Docker engine answers: {error}. Start one, or set DOCKER_HOST, or use bubblewrap"
        ) from error
    return client
