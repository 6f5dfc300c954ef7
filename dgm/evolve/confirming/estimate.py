"""What a confirmation will use, judged by what its agents used in the search. Pure, and rough: "about"."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from dgm.evaluations.statistics.beta import t_quantile
from dgm.evolve.confirming.wanted import Ended, wanted
from dgm.values import ConfirmationPlan, HoldoutKey


class Estimate(NamedTuple):
    """Tokens with their 95 % interval; `n` counts the trials of the search that they are judged by."""

    tokens: float
    low: float
    high: float
    n: int


def estimated_tokens(plan: ConfirmationPlan, ended: Ended, used: Mapping[int, Sequence[int]]) -> Estimate | None:
    """Return the tokens that what is left of a confirmation will use; None where too few trials tell of it.

    The control uses what the agent does, and half a try more, as its last one passes the mark.

    Args:
        used: of each agent, the tokens of its trials in the search.
    """
    known = [np.array(used.get(agent, ()), dtype=np.float64) for agent in plan.agents]
    if any(len(tokens) < 2 for tokens in known):
        return None
    left = Counter(key.agent for key in wanted(plan, ended) if key.draw == 0)
    counts = np.array([left[agent] for agent in plan.agents], dtype=np.float64)
    means = np.array([tokens.mean() for tokens in known])
    founder = plan.agents.index(plan.founder)
    matched = sum(HoldoutKey(plan.agent, *cell) not in ended for cell in _cells(plan))
    if means[0] > means[founder]:
        counts[0] += matched
        counts[founder] -= matched / 2
    tokens = float(counts @ means)
    error = sqrt(sum((count * rest.std(ddof=1)) ** 2 / len(rest) for count, rest in zip(counts, known, strict=True)))
    half = t_quantile(0.95, min(map(len, known)) - 1) * error
    return Estimate(tokens, max(0.0, tokens - half), tokens + half, sum(map(len, known)))


def _cells(plan: ConfirmationPlan) -> list[tuple[str, int]]:
    return [(task, repeat) for task in plan.tasks for repeat in range(plan.repeats)]
