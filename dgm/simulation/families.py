"""The named landscapes. Their parameters were fixed before any strategy was tuned on them: docs/simulator.md.

They are split into two halves by a rule that leaves no choice: alternately in alphabetical order, TUNING first. A
strategy of our own is tuned on the first half and reported on the second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dgm.errors import ConfigError
from dgm.simulation.costs import Costs
from dgm.simulation.edits import Edits
from dgm.simulation.pool import TaskPool

ENDLESS_S = 100_000.0


class Half(StrEnum):
    """What a family may be used for."""

    TUNING = "tuning"
    REPORTING = "reporting"


@dataclass(frozen=True, slots=True)
class Family:
    """Landscapes of one kind; a seed gives one of them.

    Args:
        founder: true skill of the founder, as the share of an infinite pool of tasks.
        tasks: of the suite.
        stages: sizes of its prefixes that agents earn.
        timeout_s: seconds that each task gives; the default is far beyond the lognormal's tail.
    """

    name: str
    about: str
    founder: float = 0.2
    tasks: int = 60
    stages: tuple[int, ...] = (10, 60)
    timeout_s: float = ENDLESS_S
    pool: TaskPool = field(default_factory=TaskPool)
    edits: Edits = field(default_factory=Edits)
    costs: Costs = field(default_factory=Costs)


_ALL = (
    Family(
        "steady",
        "skill drifts along edits with diminishing returns; nothing hidden but the skill",
    ),
    Family(
        "valley-deep",
        "what can be gained nearby is soon used up; a child that is much worse leads to a better grandchild",
        edits=Edits(headroom=1.5, valley=0.1, depth=1.2, reward=2.0),
    ),
    Family(
        "valley-wide",
        "what can be gained nearby is soon used up; two generations of worse children lead to a better one",
        edits=Edits(headroom=1.5, valley=0.15, depth=0.6, width=2, crossing=0.6, reward=2.0),
    ),
    Family(
        "jumps",
        "ordinary edits gain little; one child in fifty is a new and far better design",
        edits=Edits(gain=0.25, headroom=1.5, jump=0.02, jump_gain=1.5),
    ),
    Family(
        "broken-30",
        "three children in ten do not pass screening; else as `steady`",
        edits=Edits(broken=0.3),
    ),
    Family(
        "broken-70",
        "seven children in ten do not pass screening; else as `steady`",
        edits=Edits(broken=0.7),
    ),
    Family(
        "irt-hard",
        "a third of the tasks is out of reach, the others differ widely in difficulty; the founder resolves 8 %",
        founder=0.08,
        pool=TaskPool(spread=3.0, impossible=0.33, discrimination=1.2, discrimination_sigma=0.6),
    ),
    Family(
        "noisy",
        "tasks tell little of skill, and an agent's repeats of one task differ as much as tasks do",
        pool=TaskPool(spread=1.0, impossible=0.0, discrimination=0.6, interaction=0.2),
    ),
    Family(
        "plateau",
        "most edits show nothing: skill shows in steps, and a step takes several good edits",
        edits=Edits(step=0.8),
    ),
    Family(
        "tied",
        "an agent that resolves more also edits better: fewer broken children, more helpful edits",
        edits=Edits(tie=0.5),
    ),
    Family(
        "untied",
        "how well an agent edits is a trait of its own, which drifts along the lineage and shows in descendants only",
        edits=Edits(drift=0.5),
    ),
    Family(
        "calibrated",
        "few edits help, and who resolves more edits better: the published ablations come out as they were published",
        edits=Edits(helpful=0.11, harmful=0.6, gain=0.65, loss=0.7, headroom=4.0, ideas=7.0, tie=0.7),
    ),
)

FAMILIES: Mapping[str, Family] = {family.name: family for family in sorted(_ALL, key=lambda family: family.name)}
"""By name, in alphabetical order."""


def half_of(name: str) -> Half:
    """Return what a family may be used for: alternately in alphabetical order."""
    return Half.TUNING if list(FAMILIES).index(name) % 2 == 0 else Half.REPORTING


def family_of(name: str) -> Family:
    """Return a family. Raises ConfigError."""
    if name not in FAMILIES:
        raise ConfigError(f"there is no family {name!r} of landscapes: there are {', '.join(FAMILIES)}")
    return FAMILIES[name]
