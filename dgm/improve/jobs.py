"""The jobs of an attempt: an agent's command on some files with a gateway, and its own tests without one."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dgm.evaluations.solving import AGENT, OUT, TASK, WORKSPACE, agent_environment
from dgm.values import Job, Lease, Limits, Mount, Tree

HISTORY = "/history"

_ABOUT_THE_MODEL = ("OPENAI_", "DGM_")
"""How the names start that an environment without a gateway lacks."""


@dataclass(frozen=True, slots=True)
class AgentWork:
    """One command of an agent on some files, with a model.

    Args:
        purpose: `improve` or `screen`: stands with each call to the model.
        artifact: the name under which the transcript (`.jsonl`) and what was printed (`.log`) are kept.
        lease: its seconds bound the command.
    """

    agent: Tree
    command: tuple[str, ...]
    workspace: Tree
    task: Tree
    model: str
    purpose: str
    artifact: str
    lease: Lease
    history: Tree | None = None


def agent_job(work: AgentWork, *, limits: Limits, now: datetime, gateway_socket: Path) -> Job:
    """Build the job for an agent's command: the same mounts and environment as for a trial."""
    history = () if work.history is None else (Mount(HISTORY, work.history),)
    return Job(
        command=work.command,
        mounts=(
            Mount(AGENT, work.agent),
            Mount(TASK, work.task),
            *history,
            Mount(WORKSPACE, work.workspace, writable=True),
            Mount(OUT, writable=True),
        ),
        environment=agent_environment(work.model, work.lease.tokens, now.timestamp() + work.lease.seconds),
        workdir=AGENT,
        limits=replace(limits, timeout_s=work.lease.seconds),
        gateway_socket=gateway_socket,
        collect=(WORKSPACE, OUT),
        measured=(AGENT,),
        label=work.artifact,
    )


def own_tests_job(agent: Tree, command: tuple[str, ...], limits: Limits) -> Job:
    """Build the job for an agent's own tests: on a copy that they may write to, with nothing about a model."""
    environment = agent_environment("", 0, 0.0)
    return Job(
        command=command,
        mounts=(Mount(AGENT, agent, writable=True),),
        environment={name: text for name, text in environment.items() if not name.startswith(_ABOUT_THE_MODEL)},
        workdir=AGENT,
        limits=limits,
        label="own-tests",
    )
