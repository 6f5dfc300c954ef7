"""Removes what a killed engine process left behind: containers, folders and control groups of jobs."""

import contextlib
import time
from collections.abc import Mapping

import docker
from docker.errors import APIError, NotFound

from dgm.errors import SandboxUnavailable
from dgm.sandbox.cache import default_cache, sweep
from dgm.sandbox.cgroup_parents import find_parents
from dgm.sandbox.cgroups import sweep_groups
from dgm.sandbox.container_profile import DEADLINE_LABEL, OWNER_LABEL
from dgm.sandbox.engines import connect
from dgm.sandbox.ownership import is_orphan


def reap() -> int:
    """Remove what nobody will come back for, on every engine that answers; returns how many things."""
    folders = sweep(default_cache()) + sweep_groups(find_parents(), time.time())
    try:
        client = connect()
    except SandboxUnavailable:
        return folders
    with contextlib.closing(client):
        return folders + reap_containers(client)


def reap_containers(client: docker.DockerClient) -> int:
    """Remove orphaned containers with their volumes; returns how many."""
    api, count = client.api, 0
    for container in api.containers(all=True, filters={"label": OWNER_LABEL}):
        if _is_orphan(container.get("Labels") or {}):
            with contextlib.suppress(NotFound, APIError):
                api.remove_container(container["Id"], force=True, v=True)
                count += 1
    return count


def _is_orphan(labels: Mapping[str, str]) -> bool:
    deadline = labels.get(DEADLINE_LABEL, "")
    return is_orphan(labels.get(OWNER_LABEL, ""), float(deadline) if deadline.isdigit() else 0.0, time.time())
