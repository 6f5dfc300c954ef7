"""What goes into a sandbox and what comes out: jobs, limits, results, levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from dgm.values.tree import Tree

GATEWAY_PORT = 8080
"""The port on 127.0.0.1 inside every sandbox that has a gateway. A sandbox has a network of its own: no clash."""

GATEWAY_URL = f"http://127.0.0.1:{GATEWAY_PORT}/v1"


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of the sandbox. A read-only mount cannot be changed by the command, whatever it tries.

    Args:
        path: absolute, one component, such as `/workspace`.
        tree: its contents at start; may be empty.
    """

    path: str
    tree: Tree = field(default_factory=Tree)
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one job may use."""

    cpus: float = 1.0
    memory_mib: int = 1024
    pids: int = 128
    disk_mib: int = 256
    """Bytes of each writable mount, /tmp included, in MiB."""
    output_bytes: int = 1 << 20
    """Kept of each of stdout and stderr: half from the start, half from the end."""
    timeout_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Job:
    """One command on some files. `/tmp` is always there, writable and empty.

    Args:
        command: argument list; never given to a shell.
        mounts: read-only and writable folders.
        environment: the whole environment, but for PATH and LANG, which the sandbox sets.
        workdir: where the command starts.
        gateway_socket: Unix socket on this host that answers at `GATEWAY_URL` inside; None: no model.
        collect: paths of writable mounts whose files come back.
        measured: paths of mounts whose digest is made inside, from what is mounted, before the command starts.
        label: what shows in engine listings; no secrets.
    """

    command: tuple[str, ...]
    mounts: tuple[Mount, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workdir: str = "/tmp"
    limits: Limits = field(default_factory=Limits)
    gateway_socket: Path | None = None
    collect: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    label: str = "job"


class Ended(StrEnum):
    """How a job's command ended, as the host saw it."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    KILLED = "killed"


class RefusalReason(StrEnum):
    """Why something in a writable mount was not taken. A closed set: the agent chooses none of the words."""

    SYMLINK = "symbolic link"
    HARD_LINK = "hard link"
    SPECIAL = "device, socket or fifo"
    BAD_NAME = "absolute, `..`, control character, or not UTF-8"
    IN_A_FILE = "a part of its path is a file"
    GIT = "a path that git gives a meaning to"
    TOO_LONG = "path too long or too deep"
    TOO_MANY = "too many files"
    TOO_LARGE = "too many bytes"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was not taken. `path` is the agent's own word: strip it before it is shown."""

    path: str
    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class Collected:
    """The regular files of one writable mount after every process was dead."""

    tree: Tree = field(default_factory=Tree)
    refused: tuple[Refusal, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing was handed over at all: of a mount that had files, that they could not be read."""
        return not self.tree and not self.refused


@dataclass(frozen=True, slots=True)
class Resources:
    """What a job used. `cpu_s` and `memory_mib` (peak) are None where the engine cannot tell."""

    wall_s: float
    cpu_s: float | None = None
    memory_mib: float | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job did.

    Args:
        exit_code: of the command; None unless `ended` is EXITED. A signal's death is 128 + its number.
        collected: one entry for each path in `Job.collect`; empty trees when nothing could be read.
        digests: one for each path in `Job.measured`: what `Tree.digest` is of the very same files.
    """

    ended: Ended
    exit_code: int | None
    stdout: bytes
    stderr: bytes
    resources: Resources
    collected: Mapping[str, Collected] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SandboxLevel:
    """What a sandbox proved at start, stored with every score.

    Args:
        engine: `docker`, `docker+runsc`, `bubblewrap`, `none`.
        image: digest of what the command's interpreter and libraries came from.
        proved: properties that a probe inside showed just now, such as `no network`.
        not_held: properties that this engine cannot give on this host, in words for a person.
    """

    engine: str
    image: str
    proved: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
