"""Solving: one agent on one task in a sandbox with a gateway, and what it handed in."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dgm.ports import Clock, Gateway, Sandbox
from dgm.values import (
    GATEWAY_URL,
    Collected,
    FileEntry,
    Job,
    JobResult,
    Lease,
    Limits,
    Mount,
    Task,
    Tree,
    TrialOrder,
)

AGENT = "/agent"
TASK = "/task"
WORKSPACE = "/workspace"
OUT = "/out"

MAX_OUT_BYTES = 4 << 20
_TAR_BYTES = 1024
"""That a file takes in a tar besides its content, about."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What one solving gave.

    Args:
        workspace: the repository after every process was dead; empty when nothing could be read.
        out: the agent's own notes.
    """

    result: JobResult
    workspace: Collected
    out: Collected

    @property
    def ran(self) -> str:
        """Digest of the tree that really ran, made inside; empty where the sandbox told none."""
        return self.result.digests.get(AGENT, "")


def solve(order: TrialOrder, gateway: Gateway, lease: Lease, sandbox: Sandbox, clock: Clock, limits: Limits) -> Solved:
    """Run an agent's `solve` on a task until it ends or its time does: with any exit code, its work is handed in.

    Args:
        lease: what is left of the order's.
        limits: of the sandbox; its time is the task's, or what the lease leaves of it.

    Raises:
        SandboxError: the sandbox failed by itself: not the agent's doing.
    """
    timeout_s = min(order.task.timeout_s, lease.seconds)
    result = sandbox.run(
        Job(
            command=order.solve,
            mounts=(
                Mount(AGENT, order.agent),
                Mount(TASK, task_tree(order.task)),
                Mount(WORKSPACE, order.task.public, writable=True),
                Mount(OUT, writable=True),
            ),
            environment=agent_environment(order.model, lease.tokens, clock.now().timestamp() + timeout_s),
            workdir=AGENT,
            limits=replace(limits, timeout_s=timeout_s),
            gateway_socket=gateway.socket,
            collect=(WORKSPACE, OUT),
            measured=(AGENT,),
            label="solve",
        )
    )
    empty = Collected()
    return Solved(result, result.collected.get(WORKSPACE, empty), result.collected.get(OUT, empty))


def task_tree(task: Task) -> Tree:
    """Return what an agent sees in /task: the instruction, and the repository as it was, to compare with."""
    public = {f"public/{path}": entry for path, entry in task.public.files.items()}
    return Tree({"instruction.md": FileEntry(task.instruction.encode()), **public})


def notes_tar(out: Collected) -> bytes:
    """Return what an agent left in /out as a tar: the first files in sorted order that fit into `MAX_OUT_BYTES`."""
    kept: dict[str, FileEntry] = {}
    size = 0
    for path in out.tree:
        size += len(out.tree[path].data) + _TAR_BYTES
        if size <= MAX_OUT_BYTES:
            kept[path] = out.tree[path]
    return Tree(kept).to_tar()


def agent_environment(model: str, tokens: int, deadline: float) -> Mapping[str, str]:
    """Return the whole environment of an agent's command.

    Args:
        model: the only one that the gateway allows.
        tokens: that it may spend.
        deadline: Unix seconds at which it will be stopped; rounded down.
    """
    return {
        "OPENAI_BASE_URL": GATEWAY_URL,
        "OPENAI_API_KEY": f"sandbox-{secrets.token_hex(16)}",
        "DGM_MODEL": model,
        "DGM_DEADLINE": str(int(deadline)),
        "DGM_TOKENS_LEFT": str(tokens),
        "PYTHONPATH": AGENT,
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "TZ": "UTC",
    }
