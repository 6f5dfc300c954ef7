"""What a strategy may decide: make a child, measure an agent, or wait for work that is under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Expand:
    """Make a child of an agent.

    Args:
        agent: the parent's number.
        editor: the agent whose code edits the parent's source; None: the parent edits itself.
        probabilities: agent number to the chance it had in the draw.
        reason: in words for a person.
    """

    agent: int
    probabilities: Mapping[int, float] = field(default_factory=dict)
    reason: str = ""
    editor: int | None = None


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Measure an agent.

    Args:
        tasks: ids, the most wanted first; the loop starts as many as there are slots and budget for.
        probabilities: empty where nothing was drawn.
    """

    agent: int
    tasks: tuple[str, ...]
    probabilities: Mapping[int, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing until an outcome arrives; the run ends when nothing is under way."""

    reason: str = ""


Action = Expand | Evaluate | Wait
