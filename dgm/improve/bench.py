"""Where an attempt or a screening works: one sandbox, one door to the models, one account.

Running an agent's command and running a plain job are here, with the retries of what is the sandbox's own fault.
What the results mean is decided by the steps that ask.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import NamedTuple

from dgm.errors import ModelError, ModelRefused, ModelUnavailable, SandboxError
from dgm.evaluations.solving import AGENT
from dgm.improve.account import Account
from dgm.improve.jobs import AgentWork, agent_job
from dgm.improve.setback import Setback
from dgm.ports import Gateway, Models, Sandbox
from dgm.values import CallStatus, Ended, Failure, GatewayReport, Job, JobResult, Lease, Limits, plain

SANDBOX_TRIES = 3
"""Of one job: it is started again at most twice, and only after a failure of the sandbox itself."""

MIN_SECONDS = 1.0
"""With less than this left of a lease, no job is started."""

LAST_LINES = 3
MAX_SAID = 300
"""Lines and characters of what a command printed, in a detail."""

_FRAME = " \t!="
"""What a test runner draws around a line of its summary."""


class AgentRun(NamedTuple):
    """What an agent's command did, and what went through its gateway."""

    result: JobResult
    report: GatewayReport

    def blame(self, failure: Failure, complaint: str) -> Setback:
        """Return the setback for work that is not good enough: the endpoint's fault, the lease's, or `failure`."""
        if self.report.upstream_failed:
            return Setback.of(Failure.INFRASTRUCTURE, f"the endpoint failed, then {complaint}")
        if any(call.status is CallStatus.REFUSED_LEASE for call in self.report.calls):
            return Setback.of(Failure.LEASE, f"{complaint}: its tokens or dollars were used up")
        return Setback.of(failure, f"{complaint}; {ending(self.result)}")


@dataclass(frozen=True, slots=True)
class Bench:
    """What the steps of one attempt or screening share. `models` None: no step that needs one is taken."""

    sandbox: Sandbox
    models: Models | None
    limits: Limits
    account: Account

    def run_agent(self, work: AgentWork) -> AgentRun | Setback:
        """Run a command of an agent with a gateway of its own, for at most the seconds of its lease."""
        try:
            with self.gateway(work.model, work.lease, purpose=work.purpose, artifact=work.artifact) as gateway:
                job = agent_job(work, limits=self.limits, now=self.account.clock.now(), gateway_socket=gateway.socket)
                result = self.run_job(job, seconds=work.lease.seconds)
        except ModelError as error:
            return endpoint_setback(error)
        if isinstance(result, Setback):
            return result
        if result.digests.get(AGENT) != work.agent.digest:
            return Setback.of(Failure.INFRASTRUCTURE, "the sandbox ran another tree than the agent that it was given")
        self.account.append(f"{work.artifact}.log", result.stdout + result.stderr)
        report = gateway.report()
        if report.upstream_refused is not None:
            return Setback.refused(report.upstream_refused)
        return AgentRun(result, report)

    def gateway(self, model: str, lease: Lease, *, purpose: str, artifact: str) -> AbstractContextManager[Gateway]:
        """Open a gateway on the account.

        Raises:
            ModelError: it cannot be opened.
        """
        if self.models is None:
            raise ModelUnavailable(f"no model was given, and {purpose!r} needs one")
        return self.account.gateway(self.models, model, lease, purpose=purpose, artifact=f"{artifact}.jsonl")

    def run_job(self, job: Job, *, seconds: float) -> JobResult | Setback:
        """Run a job for at most so many seconds; what the sandbox itself fails at is tried again.

        A job that cannot run within the lease any more is a setback too.
        """
        reason = ""
        for _ in range(SANDBOX_TRIES):
            timeout_s = min(seconds, self.account.left().seconds)
            if timeout_s < MIN_SECONDS:
                return Setback.of(Failure.LEASE, f"no time is left for {job.label}. {reason}".strip())
            try:
                return self.sandbox.run(replace(job, limits=replace(job.limits, timeout_s=timeout_s)))
            except SandboxError as error:
                reason = str(error)
        return Setback.of(Failure.INFRASTRUCTURE, f"the sandbox failed {SANDBOX_TRIES} times: {reason}")


def host_words(result: JobResult) -> str:
    """Return how a job ended, in the host's words alone."""
    return f"exit code {result.exit_code}" if result.ended is Ended.EXITED else result.ended.value


def ending(result: JobResult) -> str:
    """Return how a job ended, for a person: the host's words, then the last lines that the command printed."""
    how = host_words(result)
    lines = (result.stderr.strip() or result.stdout).decode("utf-8", "replace").splitlines()
    bare = filter(None, (line.strip(_FRAME) for line in lines))
    said = " | ".join([*bare][-LAST_LINES:])
    return f"{how}, it printed {plain(said[-MAX_SAID:])!r} at last" if said else how


def endpoint_setback(error: ModelError) -> Setback:
    """Return what an endpoint's failure means for the work."""
    if isinstance(error, ModelRefused):
        return Setback.refused(str(error))
    return Setback.of(Failure.INFRASTRUCTURE, str(error))
