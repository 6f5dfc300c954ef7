"""What persons and the engine say about agents, and what persons ask of a run."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ENGINE = "dgm"
"""Who speaks where no person does."""

OPERATOR = "operator"
"""A person who gave no name."""


class MarkKind(StrEnum):
    """What is said of an agent. Each is an event of the run's log, of the same kind."""

    FLAG = "flag"
    VETO = "veto"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was said of an agent.

    Args:
        event_id: its event; what was said later has a greater one.
        by: the name that a person gave, or `ENGINE`.
    """

    event_id: int
    at: datetime
    kind: MarkKind
    agent: int
    reason: str
    by: str


class Command(StrEnum):
    """What a person may ask of a run."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    VETO = "veto"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks of a run.

    Args:
        request_id: 32 hexadecimal digits; stands with the event that answers it.
        agent: of VETO and APPROVE.
        by: the name that the person gave.
    """

    request_id: str
    command: Command
    by: str = OPERATOR
    agent: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What lies in a run's inbox under a name: a request, or why it is none."""

    name: str
    request: Request | None
    fault: str = ""
