"""Confirmations: an agent against others on the holdout, apart from everything that the search counts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from dgm.values.records import TrialState
from dgm.values.spending import Spent
from dgm.values.tasks import Finish


class Side(StrEnum):
    """Whom an agent is compared with.

    CONTROL is the founder with the same tokens: as many tries as they allow, of which one answer is chosen without the
    hidden tests. CEILING counts it as resolved if any of its tries is: more than any way of choosing could reach.
    """

    FOUNDER = "founder"
    PARENT = "parent"
    CONTROL = "control"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class ConfirmationPlan:
    """What a confirmation will do, fixed before its first trial.

    Args:
        against: FOUNDER, PARENT or both; the control is always there.
        tasks: ids of holdout tasks.
        repeats: trials of each agent on each task.
        tries: the most that the control gets for one trial of the agent.
        holdout: digest of all holdout tasks of the suite.
        setting: digest of what else a trial's outcome depends on, such as the model: only trials of one setting are
            compared.
    """

    agent: int
    founder: int
    parent: int
    against: tuple[Side, ...]
    tasks: tuple[str, ...]
    repeats: int
    tries: int
    holdout: str
    setting: str

    @property
    def agents(self) -> tuple[int, ...]:
        """Numbers of the agents that run, each once; the founder always, since the control is made of it."""
        others = (self.founder, *((self.parent,) if Side.PARENT in self.against else ()))
        return tuple(dict.fromkeys((self.agent, *others)))


class HoldoutKey(NamedTuple):
    """Which trial: unique in a run and a setting.

    Args:
        draw: 0 for the trial itself, from 1 for the control's further tries of the same repeat.
    """

    agent: int
    task_id: str
    repeat: int
    draw: int = 0


@dataclass(frozen=True, slots=True)
class HoldoutTrial:
    """One agent on one holdout task, once.

    Args:
        finish: None unless it is scored.
        answer: SHA-256 of its answer; None where there is none.
        used: what its calls used, without work that was lost.
    """

    trial_id: int
    key: HoldoutKey
    state: TrialState
    resolved: bool
    finish: Finish | None
    answer: str | None
    used: Spent
    infrastructure: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmationRecord:
    """One confirmation.

    Args:
        p: of its claim, not corrected for others; None until it has ended.
        word: what it said when it ended; later ones may have changed that.
        text: the same as one sentence.
        spent: by its own trials, the lost ones too; trials that an earlier one ran are used again for nothing.
    """

    confirmation_id: int
    plan: ConfirmationPlan
    opened_at: datetime
    closed_at: datetime | None = None
    p: float | None = None
    word: str = ""
    text: str = ""
    spent: Spent = field(default_factory=Spent)
    hours: float = 0.0

    @property
    def has_ended(self) -> bool:
        """Whether every trial was run and the ruling made."""
        return self.closed_at is not None
