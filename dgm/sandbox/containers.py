"""The docker adapter: one container for each job, whose main process is the runner.

The runner ends when its input closes, so a container does not outlive the process that made it; what is left all the
same is found by its labels.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from requests.exceptions import RequestException

from dgm.errors import SandboxError, SandboxUnavailable
from dgm.sandbox.attachment import AttachWire
from dgm.sandbox.cache import default_cache, job_folder, own_folder, sweep
from dgm.sandbox.container_profile import (
    PATH,
    UNKNOWN_TO_DOCKER_PY,
    container_options,
    host_options,
    runner_rlimits,
)
from dgm.sandbox.conversation import converse, order_for, result_of
from dgm.sandbox.engines import connect
from dgm.sandbox.forbidden import Forbidden
from dgm.sandbox.gateways import let_in
from dgm.sandbox.images import find_image
from dgm.sandbox.proving import MEMORY, SHARED_KERNEL, SHARED_USER, prove, proves_memory, unproved
from dgm.sandbox.read_only import write_read_only
from dgm.sandbox.reaping import reap_containers
from dgm.values import Job, JobResult, SandboxLevel

_GVISOR = "runsc"
_EXIT_S = 5
_LATE_S = 3.0
"""Seconds in which a container may still come to be whose request was cut off."""
_POLL_S = 0.1
_LIMITS = {
    "MemoryLimit": "memory is not limited",
    "SwapLimit": "swap is not limited",
    "PidsLimit": "the number of processes is not limited",
    "CpuCfsQuota": "cores are not limited",
}


class DockerSandbox:
    """Runs jobs in containers. Thread-safe: jobs share only the engine's client.

    Args:
        image: name of the image; its id is what runs.
    """

    def __init__(self, image: str) -> None:
        self._cache = own_folder(default_cache())
        sweep(self._cache)
        self._client = connect()
        try:
            reap_containers(self._client)
            self._image = find_image(self._client, image)
            about = self._client.info()
        except (DockerException, RequestException) as error:
            raise SandboxUnavailable(f"the Docker engine failed: {error}. Is it healthy? Try `docker info`") from error
        self._runtime = _GVISOR if _GVISOR in about.get("Runtimes", {}) else None
        self._renumbered = _renumbers_users(about)
        engine = f"docker+{_GVISOR}" if self._runtime else "docker"
        proved = prove(self.run, engine, Forbidden.of_host(), filtered_elsewhere=self._runtime is not None)
        if proves_memory(self.run):
            proved = (*proved, MEMORY)
        not_held = (*unproved(proved), *_not_held(about, self._runtime))
        self.level = SandboxLevel(engine, self._image, proved, not_held)

    def run(self, job: Job) -> JobResult:
        """Run one job in a container of which nothing survives."""
        try:
            return self._run(job)
        except ImageNotFound as error:
            raise SandboxUnavailable(f"the image {self._image} is gone: run `dgm image build`, then resume") from error
        except APIError as error:
            raise SandboxError(f"the engine failed on job {job.label!r}: {error}") from error
        except (DockerException, RequestException, OSError) as error:
            raise SandboxUnavailable(f"the Docker engine went away: {error}. Start it again, then resume") from error

    def close(self) -> None:
        """Let go of the engine."""
        self._client.close()

    def _run(self, job: Job) -> JobResult:
        order = order_for(job, let_in(job.gateway_socket, everyone=self._renumbered), runner_rlimits(job.limits), PATH)
        with job_folder(self._cache, everyone=self._renumbered) as folder, self._container(job, folder) as container:
            wire = self._started(container)
            try:
                heard = converse(wire, job, order)
            except SandboxError as error:
                words = wire.complaints.decode("utf-8", "replace").strip()
                raise SandboxError(f"{error}. The runner says: {words!r}") from error
            finally:
                wire.close()
            exit_code, out_of_memory = self._end(container, wait=heard.done)
        return result_of(job, heard, exit_code, out_of_memory=out_of_memory)

    @contextmanager
    def _container(self, job: Job, folder: Path) -> Iterator[str]:
        """Create a container, known by a name of our own; afterwards it and its volumes are gone, whatever happened."""
        api, name = self._client.api, f"dgm-{secrets.token_hex(8)}"
        host_config = api.create_host_config(**host_options(job, write_read_only(job, folder))) | UNKNOWN_TO_DOCKER_PY
        options = container_options(job, self._image, self._runtime)
        try:
            api.create_container(name=name, host_config=host_config, **options)
        except APIError:
            raise
        except BaseException:  # an interrupt cut the request, which the engine may still carry out
            self._remove(name, patience_s=_LATE_S)
            raise
        try:
            yield name
        finally:
            self._remove(name)

    def _remove(self, container: str, *, patience_s: float = 0.0) -> None:
        """Remove a container with its volumes; one that is not there yet is waited for."""
        until = time.monotonic() + patience_s
        while True:
            try:
                self._client.api.remove_container(container, force=True, v=True)
            except NotFound:
                if time.monotonic() >= until:
                    return
                time.sleep(_POLL_S)
            else:
                return

    def _started(self, container: str) -> AttachWire:
        """Start a container with its streams attached, so that nothing it says is lost."""
        params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        wire = AttachWire(self._client.api.attach_socket(container, params=params))
        try:
            self._client.api.start(container)
        except BaseException:
            wire.close()
            raise
        return wire

    def _end(self, container: str, *, wait: bool) -> tuple[int | None, bool]:
        """Return process 1's exit code, and whether memory ran out, as the engine saw them."""
        if wait:
            with contextlib.suppress(RequestException):
                self._client.api.wait(container, timeout=_EXIT_S)
        state = self._client.api.inspect_container(container)["State"]
        return (None if state["Running"] else int(state["ExitCode"])), bool(state["OOMKilled"])


def _renumbers_users(about: Mapping[str, Any]) -> bool:
    """Whether a container's user may have another id on this host than inside, or one that we cannot let in."""
    options = " ".join(about.get("SecurityOptions") or ())
    return os.geteuid() != 0 or "name=userns" in options or "name=rootless" in options


def _not_held(about: Mapping[str, Any], runtime: str | None) -> tuple[str, ...]:
    """Return what the engine says that it cannot limit, and what no container gives."""
    missing = [words for flag, words in _LIMITS.items() if not about.get(flag)]
    return tuple(missing) if runtime else (*missing, SHARED_KERNEL, SHARED_USER)
