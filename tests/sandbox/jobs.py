"""Jobs for the tests of sandboxes."""

from collections.abc import Mapping
from pathlib import Path

from dgm.ports import Sandbox
from dgm.values import Ended, FileEntry, Job, JobResult, Limits, Mount, RefusalReason, Tree

LIMITS = Limits(memory_mib=512, pids=32, disk_mib=16, output_bytes=1 << 16, timeout_s=20.0)


def job(
    *command: str,
    files: Mapping[str, str | bytes] | None = None,
    workspace: Mapping[str, str | bytes] | None = None,
    limits: Limits = LIMITS,
    environment: Mapping[str, str] | None = None,
    gateway: Path | None = None,
) -> Job:
    """Build a job with a read-only `/agent` and a writable `/workspace` that comes back."""
    return Job(
        command=command,
        mounts=(Mount("/agent", Tree.of(files or {})), Mount("/workspace", Tree.of(workspace or {}), writable=True)),
        environment=environment or {},
        workdir="/workspace",
        limits=limits,
        gateway_socket=gateway,
        collect=("/workspace",),
        label="test",
    )


def python(sandbox: Sandbox, source: str, **options: object) -> JobResult:
    """Run Python source inside."""
    return sandbox.run(job("python", "-c", source, **options))  # type: ignore[arg-type]


def shell(sandbox: Sandbox, source: str, **options: object) -> JobResult:
    """Run a shell script inside."""
    return sandbox.run(job("sh", "-c", source, **options))  # type: ignore[arg-type]


def output(result: JobResult) -> str:
    """Return what a job printed, which must have ended by itself with code 0."""
    assert (result.ended, result.exit_code) == (Ended.EXITED, 0), (result.ended, result.exit_code, result.stderr)
    return result.stdout.decode()


def handed_over(result: JobResult) -> Mapping[str, FileEntry]:
    """Return the files of the workspace."""
    return result.collected["/workspace"].tree.files


def refusals(result: JobResult) -> dict[str, RefusalReason]:
    """Return what was not taken from the workspace, and why."""
    return {refusal.path: refusal.reason for refusal in result.collected["/workspace"].refused}
