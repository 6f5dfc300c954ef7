"""One attack: what it runs, and how to see that it was contained. What it manages it prints as a line with BREACH."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dgm.values import Ended, Job, JobResult, Limits, Mount, SandboxLevel, Tree

BREACH = "BREACH"
UNTOUCHED = "untouched"
LIMITS = Limits(memory_mib=128, pids=32, disk_mib=8, output_bytes=1 << 16, timeout_s=3.0)

_PRELUDE = f"""
import ctypes, errno, glob, os, resource, signal, socket, stat, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
AGENT = os.environ.get("AGENT_FOLDER", "/agent")
TMP = os.environ.get("TMPDIR", "/tmp")

def breach(*words):
    print({BREACH!r}, *words, flush=True)
"""


class Family(StrEnum):
    """What is attacked."""

    PROCESS = "process"
    MEMORY = "memory"
    DISK = "disk"
    OUTPUT = "output"
    TIME = "time"
    KERNEL = "kernel"
    NETWORK = "network"
    SECRETS = "secrets"
    HAND_OVER = "hand-over"


class Needs(StrEnum):
    """What a plain subprocess must have for an attack to succeed in it."""

    NOTHING = "nothing"
    ROOT = "root"
    NEVER = "never"
    """It is dangerous, or there is nothing in a plain subprocess that it could attack."""


Judge = Callable[[JobResult], bool]


def silent(result: JobResult) -> bool:
    """Whether the attack ran to its end and managed nothing."""
    return result.ended is Ended.EXITED and result.exit_code == 0 and BREACH.encode() not in result.stdout


def stopped(result: JobResult) -> bool:
    """Whether the attack was stopped, or gave up, before it managed anything."""
    return BREACH.encode() not in result.stdout and (result.ended, result.exit_code) != (Ended.EXITED, 0)


def timed_out(result: JobResult) -> bool:
    """Whether the attack ran until its deadline and managed nothing."""
    return result.ended is Ended.TIMED_OUT and BREACH.encode() not in result.stdout


@dataclass(frozen=True, slots=True)
class Attack:
    """Python that runs in `/workspace`, which is handed over, beside a read-only `/agent`.

    Args:
        harmless: what a plain subprocess runs instead, where the attack itself would hurt the host.
        contained: whether a result is the one that it must have.
        admitted: words of `SandboxLevel.not_held` with which an engine says that it does not contain this one.
        plain: what a plain subprocess needs for this to be a breach there.
    """

    name: str
    family: Family
    source: str
    contained: Judge = silent
    limits: Limits = LIMITS
    harmless: str | None = None
    admitted: str | None = None
    plain: Needs = Needs.NOTHING

    def job(self, environment: Mapping[str, str], *, plain: bool = False) -> Job:
        """Return what is run."""
        source = self.harmless if plain and self.harmless is not None else self.source
        return Job(
            command=("python", "-c", _PRELUDE + source),
            mounts=(Mount("/agent", Tree.of({"file": UNTOUCHED})), Mount("/workspace", writable=True)),
            environment=environment,
            workdir="/workspace",
            limits=self.limits,
            collect=("/workspace",),
            label="attack",
        )

    def is_admitted(self, level: SandboxLevel) -> bool:
        """Whether an engine says that it does not contain this attack on this host."""
        return self.admitted is not None and any(self.admitted in words for words in level.not_held)

    @property
    def can_succeed_plainly(self) -> bool:
        """Whether a plain subprocess of this user is open to it."""
        return self.plain is Needs.NOTHING or (self.plain is Needs.ROOT and os.geteuid() == 0)


def family(of: Family) -> Callable[..., Attack]:
    """Return a maker of attacks of one family."""

    def make(name: str, source: str, **options: object) -> Attack:
        return Attack(name, of, source, **options)  # type: ignore[arg-type]

    return make
