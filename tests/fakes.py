"""Doubles of the ports: they pass the same contract tests as the real adapters where a contract can be checked."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dgm.values import (
    Call,
    CallStatus,
    Collected,
    Command,
    Completion,
    Ended,
    GatewayReport,
    Job,
    JobResult,
    Lease,
    Letter,
    Request,
    Resources,
    SandboxLevel,
    Tree,
)


@dataclass
class FakeClock:
    """A clock that goes on only when it is told to, or by `step_s` at each look."""

    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    step_s: float = 0.0
    passed_s: float = 0.0

    def now(self) -> datetime:
        self.passed_s += self.step_s
        return self.at + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        self.passed_s += self.step_s
        return self.passed_s

    def advance(self, seconds: float) -> None:
        self.passed_s += seconds


def job_result(
    job: Job,
    *,
    exit_code: int | None = 0,
    ended: Ended = Ended.EXITED,
    stdout: bytes = b"",
    stderr: bytes = b"",
    changed: Mapping[str, Tree] | None = None,
) -> JobResult:
    """Build the result of a job whose writable mounts come back as they were, but for those in `changed`."""
    before = {mount.path: mount.tree for mount in job.mounts}
    after = {**before, **(changed or {})}
    return JobResult(
        ended=ended,
        exit_code=exit_code if ended is Ended.EXITED else None,
        stdout=stdout,
        stderr=stderr,
        resources=Resources(wall_s=0.01, cpu_s=0.01),
        collected={path: Collected(after.get(path, Tree())) for path in job.collect},
        digests={path: before[path].digest for path in job.measured},
    )


@dataclass
class FakeSandbox:
    """Runs a Python function instead of a command. Keeps the jobs that it was given."""

    behaviour: Callable[[Job], JobResult] = job_result
    level: SandboxLevel = field(default_factory=lambda: SandboxLevel(engine="fake", image="0" * 64))
    jobs: list[Job] = field(default_factory=list)

    def run(self, job: Job) -> JobResult:
        self.jobs.append(job)
        return self.behaviour(job)

    def close(self) -> None:
        pass


@dataclass
class FakeGateway:
    """Answers host-side calls from a function; what a sandbox would have called is added with `record`."""

    model: str
    lease: Lease
    purpose: str
    answer: Callable[[Sequence[Mapping[str, str]]], str]
    calls: list[Call] = field(default_factory=list)
    socket: Path = Path(tempfile.gettempdir()) / "fake.sock"

    def complete(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, purpose: str) -> Completion:
        text = self.answer(messages)
        self.record(purpose, len(str(messages)) // 4, len(text) // 4)
        return Completion(text, CallStatus.OK if text else CallStatus.EMPTY)

    def record(self, purpose: str, input_tokens: int = 10, output_tokens: int = 5) -> None:
        self.calls.append(Call(purpose, self.model, input_tokens, output_tokens, 0.0, 0.01, CallStatus.OK))

    def report(self) -> GatewayReport:
        return GatewayReport(tuple(self.calls), b'{"fake": true}\n' * len(self.calls))


@dataclass
class FakeModels:
    """Opens fake gateways and keeps them. Every opened gateway already saw `calls_per_job` calls."""

    answer: Callable[[Sequence[Mapping[str, str]]], str] = lambda messages: "an answer"
    calls_per_job: int = 1
    opened: list[FakeGateway] = field(default_factory=list)

    @contextmanager
    def open(self, model: str, lease: Lease, *, purpose: str) -> Iterator[FakeGateway]:
        gateway = FakeGateway(model, lease, purpose, self.answer)
        for _ in range(self.calls_per_job):
            gateway.record(purpose)
        self.opened.append(gateway)
        yield gateway

    def check(self, model: str) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class FakeInbox:
    """Holds what tests ask. While a loop waits at it, its clock goes on, and the next of `meanwhile` happens."""

    clock: FakeClock
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    asked: int = 0

    def ask(self, command: Command, agent: int | None = None, *, by: str = "Ann", reason: str = "") -> Request:
        self.asked += 1
        request = Request(f"{self.asked:032x}", command, by, agent, reason)
        self.letters.append(Letter(f"{self.asked}.json", request))
        return request

    def look(self) -> tuple[Letter, ...]:
        return tuple(self.letters)

    def discard(self, letter: Letter) -> None:
        if letter in self.letters:
            self.letters.remove(letter)

    def wait(self, timeout_s: float) -> None:
        self.clock.advance(timeout_s)
        if not self.meanwhile:
            raise AssertionError("the loop waits for a person, and nobody comes")
        self.meanwhile.pop(0)()
