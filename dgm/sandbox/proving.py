"""What a sandbox proves when it is opened: a probe inside tries what must not work, and the host judges what it saw."""

import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dgm.assets import sandbox_dir
from dgm.errors import SandboxError, SandboxUnavailable
from dgm.sandbox.cache import UNPRIVILEGED
from dgm.sandbox.crashes import calls_crash_handler
from dgm.sandbox.forbidden import Forbidden, Survey
from dgm.values import Ended, Job, JobResult, Limits, Mount, Tree

_SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_SHORTEST_SECRET = 8
_LIMITS = Limits(timeout_s=60.0, disk_mib=16)


@dataclass(frozen=True, slots=True)
class _Property:
    """One thing that must hold: what it is called, and how the probe's facts show it."""

    name: str
    holds: Callable[[Mapping[str, Any]], bool]


_PROPERTIES = (
    _Property("unprivileged user", lambda f: f["uid"] == UNPRIVILEGED),
    _Property("no capabilities", lambda f: set(f["capabilities"]) == {"0"}),
    _Property("no new privileges", lambda f: f["no_new_privileges"] == "1"),
    _Property("system calls filtered", lambda f: f["seccomp"] == "2"),
    _Property("no new user namespaces", lambda f: f["new_namespace"] is False),
    _Property("no network", lambda f: set(f["interfaces"]) <= {"lo"} and not f["reached"]),
    _Property("read-only system", lambda f: not f["written"]),
    _Property("runner out of reach", lambda f: f["runner_opened"] is False),
    _Property("no host environment", lambda f: not _secrets_in(f["processes"])),
    _Property("no hidden tests, answers or checkout", lambda f: not f["seen"]),
)
_NO_CRASH_HANDLER = _Property("the host's crash handler out of reach", lambda f: not calls_crash_handler(*f["core"]))

MEMORY = "memory of all processes together"
SHARED_KERNEL = "the kernel is shared with the host"
SHARED_USER = "what the kernel counts for a user (pending signals, buffers of pipes) is shared by the jobs of a host"
_LACKING = {
    MEMORY: "memory is not limited for all of a job together",
    _NO_CRASH_HANDLER.name: "a process that crashes is shown to the host's crash handler, which root runs",
}
"""What is proved where it can be, and what is said where it is not."""


def prove(
    run: Callable[[Job], JobResult],
    engine: str,
    forbidden: Forbidden,
    *,
    surveyed: Survey | None = None,
    filtered_elsewhere: bool = False,
) -> tuple[str, ...]:
    """Run the probe and return the names of the properties that hold: those that must, and those that can.

    Args:
        run: runs a job in the sandbox that is being opened.
        forbidden: what must not be seen inside.
        surveyed: a folder of the host in which it was looked for already; the probe looks elsewhere.
        filtered_elsewhere: the engine filters system calls where a process cannot see it (gVisor).

    Raises:
        SandboxUnavailable: a property does not hold, or the probe could not run.
    """
    facts = _facts(run, engine, forbidden, surveyed)
    failed = [p.name for p in _PROPERTIES if not p.holds(facts)]
    if filtered_elsewhere and "system calls filtered" in failed:
        failed.remove("system calls filtered")
    if failed:
        seen = f" (it sees {facts['seen'][:3]})" if facts["seen"] else ""
        raise SandboxUnavailable(f"{engine} does not hold on this host: {', '.join(failed)}{seen}. Use another engine")
    possible = [p for p in (_NO_CRASH_HANDLER,) if p.holds(facts)]
    return tuple(p.name for p in (*_PROPERTIES, *possible))


def unproved(proved: Collection[str]) -> tuple[str, ...]:
    """Return what is said of the properties that need not hold, where they are not among the proved ones."""
    return tuple(words for name, words in _LACKING.items() if name not in proved)


def _facts(
    run: Callable[[Job], JobResult], engine: str, forbidden: Forbidden, surveyed: Survey | None
) -> Mapping[str, Any]:
    source = (sandbox_dir() / "probe.py").read_text(encoding="utf-8")
    job = Job(
        command=("python", "-I", "-c", source),
        mounts=(Mount("/probe", Tree.of({"wanted.json": _wanted(forbidden, surveyed)})),),
        limits=_LIMITS,
        label="probe",
    )
    try:
        result = run(job)
    except SandboxUnavailable:
        raise
    except SandboxError as error:
        raise SandboxUnavailable(f"{engine} cannot run a job on this host: {error}") from error
    if result.ended is not Ended.EXITED or result.exit_code != 0:
        words = result.stderr.decode("utf-8", "replace")[-500:]
        raise SandboxUnavailable(f"the probe in {engine} {result.ended} with code {result.exit_code}: {words}")
    facts: dict[str, Any] = json.loads(result.stdout)
    facts["seen"] += surveyed.found if surveyed else ()
    return facts


def _wanted(forbidden: Forbidden, surveyed: Survey | None) -> str:
    """Return what the probe looks for, and the folder that it need not walk when it finds the very same inside."""
    return json.dumps(
        {
            "names": sorted(forbidden.names),
            "digests": {name: sorted(digests) for name, digests in forbidden.digests.items()},
            "surveyed": {surveyed.top: [*surveyed.identity, *surveyed.hidden]} if surveyed else {},
        }
    )


def proves_memory(run: Callable[[Job], JobResult]) -> bool:
    """Whether a job whose processes together take more than its memory is stopped. Raises SandboxUnavailable."""
    limits = Limits(memory_mib=96, disk_mib=16, timeout_s=20.0)
    try:
        result = run(Job(command=("python", "-I", "-S", "-c", _TAKE_MEMORY), limits=limits, label="probe"))
    except SandboxUnavailable:
        raise
    except SandboxError:
        return False
    return result.ended is Ended.OUT_OF_MEMORY


_TAKE_MEMORY = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        taken = b"x" * (32 << 20)
        time.sleep(10)
os.wait()
"""


def _secrets_in(shown: list[str]) -> bool:
    """Whether a process inside shows a secret of this process's environment."""
    secrets = [v for name, v in os.environ.items() if any(word in name.upper() for word in _SECRET_WORDS)]
    return any(secret in text for secret in secrets if len(secret) >= _SHORTEST_SECRET for text in shown)
