"""One job over one wire: what the host says to the runner, and what it hears, under the host's own deadlines.

How a job ended is decided here from the host's clock and from what the engine says of process 1, never from what the
command printed.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dgm.errors import SandboxError
from dgm.sandbox.collecting import MAX_ENTRIES, Collecting
from dgm.sandbox.frames import BrokenStream, Frame, Frames, Kind, Report, digest, encode, protocol, report
from dgm.sandbox.wires import Wire, WireClosed, WireTimeout
from dgm.values import GATEWAY_PORT, Collected, Ended, Job, JobResult, Resources

PROTOCOL = 2
START_PATIENCE_S = 30.0
"""Until the command runs: loading the interpreter and filling the mounts on a busy machine."""
END_PATIENCE_S = 10.0
"""After the deadline: killing what is left and handing over."""
_CLOCK_SLACK_S = 0.25


@dataclass(slots=True)
class Heard:
    """What came from one runner so far."""

    begun_at: float
    digests: dict[str, str] = field(default_factory=dict)
    started_at: float | None = None
    ended_at: float | None = None
    report: Report | None = None
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    collected: Mapping[str, Collected] = field(default_factory=dict)
    done: bool = False
    overdue: bool = False
    """The host's own deadline came before the runner was done."""


def order_for(job: Job, gateway: str, rlimits: Mapping[str, int], path: str) -> list[tuple[str, str]]:
    """Return the order that the runner gets, as names and values; some names come more than once.

    Args:
        gateway: path of the gateway's socket inside; empty: there is none.
        rlimits: name in the `resource` module to value.
        path: PATH inside.
    """
    variables = {"PATH": path, "LANG": "C.UTF-8", **job.environment}
    return [
        *(("argument", word) for word in job.command),
        *(("variable", f"{name}={value}") for name, value in variables.items()),
        *(("limit", f"{name}={value}") for name, value in rlimits.items()),
        *(("measured", mount) for mount in job.measured),
        *(("collect", mount) for mount in job.collect),
        ("workdir", job.workdir),
        ("gateway", gateway),
        ("port", str(GATEWAY_PORT)),
        ("timeout_s", str(job.limits.timeout_s)),
        ("output_bytes", str(job.limits.output_bytes)),
        ("collect_bytes", str(job.limits.disk_mib << 20)),
        ("collect_entries", str(MAX_ENTRIES)),
    ]


def converse(wire: Wire, job: Job, order: Sequence[tuple[str, str]]) -> Heard:
    """Talk to a runner until it is done, gone, or late. Raises SandboxError when the command was never started."""
    heard = Heard(begun_at=time.monotonic())
    frames = Frames(wire)
    try:
        _begin(wire, frames, job, order, heard)
        _listen(frames, job, heard)
    except WireTimeout:
        heard.overdue = True
    except (WireClosed, BrokenStream):
        heard.done = False
    if heard.started_at is None:
        raise SandboxError(f"the sandbox of job {job.label!r} ended before its command was started")
    return heard


def _begin(wire: Wire, frames: Frames, job: Job, order: Sequence[tuple[str, str]], heard: Heard) -> None:
    until = heard.begun_at + START_PATIENCE_S
    spoken = protocol(_expect(frames.next(until), Kind.HELLO).payload)
    if spoken != PROTOCOL:
        raise SandboxError(f"the image's runner speaks protocol {spoken}, not {PROTOCOL}: run `dgm image build` again")
    for piece in encode(order, [mount for mount in job.mounts if mount.writable]):
        wire.send(piece, until)
    for mount in job.measured:
        heard.digests[mount] = digest(_set_up(frames.next(until), job, Kind.DIGEST).payload, mount)
    _set_up(frames.next(until), job, Kind.STARTED)
    heard.started_at = time.monotonic()


def _set_up(frame: Frame, job: Job, kind: Kind) -> Frame:
    """Return a frame that comes before the command starts. Raises SandboxError where it never will."""
    if frame.kind is Kind.FAILED:
        what = frame.payload.decode("utf-8", "replace")
        raise SandboxError(f"job {job.label!r} could not be set up: {what}. Do its files fit in disk_mib?")
    return _expect(frame, kind)


def _listen(frames: Frames, job: Job, heard: Heard) -> None:
    until = time.monotonic() + job.limits.timeout_s + END_PATIENCE_S
    heard.report = report(_expect(frames.next(until), Kind.ENDED).payload)
    heard.ended_at = time.monotonic()
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
            cpu_s=heard.report.cpu_s if heard.report else None,
            memory_mib=heard.report.memory_mib if heard.report else None,
        ),
        collected={path: heard.collected.get(path, Collected()) for path in job.collect},
        digests=heard.digests,
    )


def _how(job: Job, heard: Heard, exit_code: int | None, out_of_memory: bool) -> Ended:
    if out_of_memory:
        return Ended.OUT_OF_MEMORY
    ran_s = (heard.ended_at or time.monotonic()) - (heard.started_at or heard.begun_at)
    said = heard.report.exit_code if heard.report else None
    if heard.overdue or (said is None and ran_s >= job.limits.timeout_s - _CLOCK_SLACK_S):
        return Ended.TIMED_OUT
    if heard.done and exit_code is not None and said == exit_code:
        return Ended.EXITED
    return Ended.KILLED
