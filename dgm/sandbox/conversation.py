"""One job over one wire: what the host says to the runner, and what it hears, under the host's own deadlines.

How a job ended is decided here from the host's clock and from what the engine says of process 1, never from what the
command printed.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dgm.errors import SandboxError
from dgm.sandbox.collecting import MAX_ENTRIES, Collecting
from dgm.sandbox.frames import BrokenStream, Frame, Frames, Kind, encode
from dgm.sandbox.wires import Wire, WireClosed, WireTimeout
from dgm.values import GATEWAY_PORT, Collected, Ended, Job, JobResult, Resources

PROTOCOL = 1
START_PATIENCE_S = 30.0
"""Until the command runs: loading the interpreter and filling the mounts on a busy machine."""
END_PATIENCE_S = 10.0
"""After the deadline: killing what is left and handing over."""
_CLOCK_SLACK_S = 0.25


@dataclass(slots=True)
class Heard:
    """What came from one runner so far."""

    begun_at: float
    started_at: float | None = None
    ended_at: float | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    collected: Mapping[str, Collected] = field(default_factory=dict)
    done: bool = False
    overdue: bool = False
    """The host's own deadline came before the runner was done."""


def order_for(job: Job, gateway: str | None, rlimits: Mapping[str, int], path: str) -> dict[str, object]:
    """Return the order that the runner gets.

    Args:
        gateway: path of the gateway's socket inside.
        rlimits: name in the `resource` module to value.
        path: PATH inside.
    """
    return {
        "command": list(job.command),
        "environment": {"PATH": path, "LANG": "C.UTF-8", **job.environment},
        "workdir": job.workdir,
        "timeout_s": job.limits.timeout_s,
        "output_bytes": job.limits.output_bytes,
        "rlimits": dict(rlimits),
        "gateway": gateway,
        "port": GATEWAY_PORT,
        "collect": list(job.collect),
        "collect_bytes": job.limits.disk_mib << 20,
        "collect_entries": MAX_ENTRIES,
    }


def converse(wire: Wire, job: Job, order: Mapping[str, object], ready: Callable[[], None] = lambda: None) -> Heard:
    """Talk to a runner until it is done, gone, or late.

    Args:
        ready: called when the runner is up, before it gets its order.

    Raises:
        SandboxError: the command was never started.
    """
    heard = Heard(begun_at=time.monotonic())
    frames = Frames(wire)
    try:
        _begin(wire, frames, job, order, heard, ready)
        _listen(frames, job, heard)
    except WireTimeout:
        heard.overdue = True
    except (WireClosed, BrokenStream):
        heard.done = False
    if heard.started_at is None:
        raise SandboxError(f"the sandbox of job {job.label!r} ended before its command was started")
    return heard


def _begin(
    wire: Wire, frames: Frames, job: Job, order: Mapping[str, object], heard: Heard, ready: Callable[[], None]
) -> None:
    until = heard.begun_at + START_PATIENCE_S
    hello = _json(_expect(frames.next(until), Kind.HELLO))
    if hello.get("protocol") != PROTOCOL:
        raise SandboxError(f"the image's runner speaks {hello!r}, not protocol {PROTOCOL}: run `dgm image build` again")
    ready()
    for piece in encode(order, [mount for mount in job.mounts if mount.writable]):
        wire.send(piece, until)
    frame = frames.next(until)
    if frame.kind is Kind.FAILED:
        what = _json(frame).get("what")
        raise SandboxError(f"job {job.label!r} could not be set up: {what}. Do its files fit in disk_mib?")
    _expect(frame, Kind.STARTED)
    heard.started_at = time.monotonic()


def _listen(frames: Frames, job: Job, heard: Heard) -> None:
    until = time.monotonic() + job.limits.timeout_s + END_PATIENCE_S
    report = _json(_expect(frames.next(until), Kind.ENDED))
    heard.ended_at = time.monotonic()
    heard.report = report
    collecting = Collecting(job.collect, job.limits.disk_mib << 20)
    output = {Kind.STDOUT: heard.stdout, Kind.STDERR: heard.stderr}
    while (frame := frames.next(until)).kind is not Kind.DONE:
        if (kept := output.get(frame.kind)) is None:
            collecting.take(frame)
        elif len(kept) + len(frame.payload) > job.limits.output_bytes:
            raise BrokenStream("more output than was asked for")
        else:
            kept += frame.payload
    heard.collected = collecting.finish()
    heard.done = True


def _expect(frame: Frame, kind: Kind) -> Frame:
    if frame.kind is not kind:
        raise BrokenStream(f"{frame.kind.name} instead of {kind.name}")
    return frame


def _json(frame: Frame) -> dict[str, Any]:
    try:
        value = json.loads(frame.payload)
    except (ValueError, RecursionError) as error:
        raise BrokenStream("not JSON") from error
    if not isinstance(value, dict):
        raise BrokenStream("not a JSON object")
    return value


def result_of(job: Job, heard: Heard, exit_code: int | None, *, out_of_memory: bool = False) -> JobResult:
    """Judge how a job ended.

    Args:
        exit_code: of process 1, as the engine saw it; None when the host had to kill it.
        out_of_memory: the engine saw the sandbox run into its memory limit.
    """
    ended = _how(job, heard, exit_code, out_of_memory)
    return JobResult(
        ended=ended,
        exit_code=exit_code if ended is Ended.EXITED else None,
        stdout=bytes(heard.stdout),
        stderr=bytes(heard.stderr),
        resources=Resources(
            wall_s=(heard.ended_at or time.monotonic()) - (heard.started_at or heard.begun_at),
            cpu_s=_number(heard.report.get("cpu_s")),
            memory_mib=_number(heard.report.get("memory_mib")),
        ),
        collected={path: heard.collected.get(path, Collected()) for path in job.collect},
    )


def _how(job: Job, heard: Heard, exit_code: int | None, out_of_memory: bool) -> Ended:
    if out_of_memory:
        return Ended.OUT_OF_MEMORY
    ran_s = (heard.ended_at or time.monotonic()) - (heard.started_at or heard.begun_at)
    said = heard.report.get("exit_code")
    if heard.overdue or (said is None and ran_s >= job.limits.timeout_s - _CLOCK_SLACK_S):
        return Ended.TIMED_OUT
    if heard.done and exit_code is not None and said == exit_code:
        return Ended.EXITED
    return Ended.KILLED


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
