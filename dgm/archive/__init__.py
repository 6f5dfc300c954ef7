"""The run's folder: git for agents, SQLite for measurements, artifacts by SHA-256."""

from dgm.archive.chain import Proof
from dgm.archive.inbox import RunInbox
from dgm.archive.run import Run, create_run, open_run
from dgm.archive.steps import Step, Watch
from dgm.archive.summaries import AgentScore, CallsSummary, StateCounts
from dgm.archive.writing import RunArchive

__all__ = [
    "AgentScore",
    "CallsSummary",
    "Proof",
    "Run",
    "RunArchive",
    "RunInbox",
    "StateCounts",
    "Step",
    "Watch",
    "create_run",
    "open_run",
]
