"""What the agent is told from outside: its folders, its model, and what it may spend. Nothing else reads them."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MARGIN_S = 10.0
"""Seconds before the deadline at which the agent stops by itself."""


@dataclass(frozen=True, slots=True)
class Settings:
    workspace: Path
    task: Path
    out: Path
    model: str
    stop_at: float  # Unix seconds, before the deadline
    tokens: int  # what all calls together may use

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment. The folders can be set elsewhere, for tests."""
        return cls(
            workspace=Path(environ.get("AGENT_WORKSPACE", "/workspace")),
            task=Path(environ.get("AGENT_TASK", "/task")),
            out=Path(environ.get("AGENT_OUT", "/out")),
            model=environ.get("DGM_MODEL", ""),
            stop_at=float(environ.get("DGM_DEADLINE", time.time() + 1800)) - MARGIN_S,
            tokens=int(environ.get("DGM_TOKENS_LEFT", 10_000_000)),
        )

    def seconds_left(self) -> float:
        """Give the time until the agent has to stop; negative when it is over."""
        return self.stop_at - time.time()
