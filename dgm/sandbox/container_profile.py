"""What a job's container is allowed: as little as it needs, the same for every job but for its limits and mounts."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docker.types import LogConfig, Mount, Ulimit

from dgm.assets import sandbox_dir
from dgm.sandbox.cache import UNPRIVILEGED
from dgm.sandbox.crashes import CORE_BYTES
from dgm.sandbox.gateways import GATEWAY_FOLDER
from dgm.sandbox.ownership import owner
from dgm.sandbox.seccomp import load_profile
from dgm.values import Job, Limits

OWNER_LABEL = "org.dgm.owner"
DEADLINE_LABEL = "org.dgm.deadline"
JOB_LABEL = "org.dgm.job"
PATH = "/usr/local/bin:/usr/bin:/bin"
_GRACE_S = 120.0
_INODES = 32_768
_OPEN_FILES = 1024
UNKNOWN_TO_DOCKER_PY = {
    "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/pressure", "/proc/sys", "/proc/sysrq-trigger"]
}
"""Of the host configuration: the engine's own list, and what else of /proc anybody may write, triggers for load."""
_USER_PROCESSES = 8192
"""Counted over all containers of the user, so it cannot be one job's limit: the pids cgroup is."""


def container_options(job: Job, image: str, runtime: str | None) -> dict[str, Any]:
    """Return the arguments of docker-py's low-level `create_container`, but for `host_config`."""
    return {
        "image": image,
        "user": f"{UNPRIVILEGED}:{UNPRIVILEGED}",
        "hostname": "sandbox",
        "stdin_open": True,
        "labels": labels(job),
        "runtime": runtime,
    }


def host_options(job: Job, read_only: Mapping[str, Path]) -> dict[str, Any]:
    """Return the arguments of docker-py's `create_host_config`: everything that holds the command in.

    Args:
        read_only: path inside to the folder on the host, for every mount that cannot be written.
    """
    limits = job.limits
    profile = json.dumps(load_profile(sandbox_dir() / "seccomp.json"))
    return {
        "network_mode": "none",
        "ipc_mode": "none",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges", f"seccomp={profile}"],
        "read_only": True,
        "mem_limit": limits.memory_mib << 20,
        "memswap_limit": limits.memory_mib << 20,
        "nano_cpus": int(limits.cpus * 1e9),
        "pids_limit": limits.pids,
        "ulimits": [
            Ulimit(name="nofile", soft=_OPEN_FILES, hard=_OPEN_FILES),
            Ulimit(name="nproc", soft=_USER_PROCESSES, hard=_USER_PROCESSES),
            Ulimit(name="core", soft=CORE_BYTES, hard=CORE_BYTES),
        ],
        "tmpfs": _tmpfs(job),
        "mounts": [_bound(inside, folder) for inside, folder in {**read_only, **_gateway(job)}.items()],
        "log_config": LogConfig(type="none"),
    }


def labels(job: Job) -> dict[str, str]:
    """Return what an orphan is known by: who made it, and when it must be over."""
    deadline = time.time() + job.limits.timeout_s + _GRACE_S
    return {OWNER_LABEL: owner(), DEADLINE_LABEL: str(int(deadline)), JOB_LABEL: job.label}


def runner_rlimits(limits: Limits) -> dict[str, int]:
    """Return what the runner sets for the command beside what the container has."""
    return {"RLIMIT_FSIZE": limits.disk_mib << 20, "RLIMIT_MSGQUEUE": 0}


def _tmpfs(job: Job) -> dict[str, str]:
    size = f"exec,nosuid,nodev,size={job.limits.disk_mib}m,nr_inodes={_INODES}"
    own = f"{size},mode=0755,uid={UNPRIVILEGED},gid={UNPRIVILEGED}"
    shared = f"{size},mode=1777"
    return {"/tmp": shared, "/dev/shm": shared, **{mount.path: own for mount in job.mounts if mount.writable}}


def _gateway(job: Job) -> dict[str, Path]:
    return {} if job.gateway_socket is None else {GATEWAY_FOLDER: job.gateway_socket.parent}


def _bound(inside: str, folder: Path) -> Mount:
    """A folder of the host, read-only; one that the engine does not see is an error, and is not made."""
    return Mount(target=inside, source=str(folder), type="bind", read_only=True)
