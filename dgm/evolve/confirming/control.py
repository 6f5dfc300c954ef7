"""The compute-matched control: the founder with the tokens that the agent used, spent on further tries. Pure.

For each trial of the agent, the founder tries the same task again until its tries together have used at least as many
tokens: at least once, and so never with less than the agent had. One answer is chosen without the hidden tests: the one
that most tries gave, the earliest of them where there are several; empty and refused answers are never chosen. That is
self-consistency (Wang et al. 2022, arXiv 2203.11171), the one way to choose that needs no further call and no test.
An agent that tries several times and chooses better than this has earned its gain.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dgm.values import ConfirmationPlan, Finish, HoldoutKey, HoldoutTrial, Spent, TrialState

NO_ANSWER = frozenset({Finish.EMPTY, Finish.REFUSED})
"""How a try ends, seen before any test, that left nothing to choose."""


@dataclass(frozen=True, slots=True)
class ControlTries:
    """The founder's tries for one trial of the agent, in their order.

    Args:
        tokens: that the agent used.
        most: how many tries there may be.
    """

    tries: tuple[HoldoutTrial, ...]
    tokens: int
    most: int

    @property
    def used(self) -> Spent:
        """What the tries used."""
        return sum((one.used for one in self.tries), Spent())

    @property
    def is_lost(self) -> bool:
        """Whether one of them could not be scored: then the control is taken to have resolved the task."""
        return any(one.state is not TrialState.SCORED for one in self.tries)

    @property
    def is_whole(self) -> bool:
        """Whether no further try is due."""
        return bool(self.tries) and (self.has_its_tokens or self.is_lost or len(self.tries) >= self.most)

    @property
    def has_its_tokens(self) -> bool:
        """Whether it had as many tokens as the agent."""
        return self.used.tokens >= self.tokens

    @property
    def resolved(self) -> bool:
        """Whether the chosen answer is right; where the tries ended before their tokens did, whether any is."""
        if self.is_lost or not self.has_its_tokens:
            return self.any_resolved
        answer = chosen(self.tries)
        return answer is not None and answer.resolved

    @property
    def any_resolved(self) -> bool:
        """Whether any answer is right: what the best choice could reach."""
        return self.is_lost or any(one.resolved for one in self.tries)


def chosen(tries: tuple[HoldoutTrial, ...]) -> HoldoutTrial | None:
    """Return the try whose answer most tries gave, the earliest at a tie; None where there is no answer."""
    answers = [one for one in tries if one.answer is not None and one.finish not in NO_ANSWER]
    votes = Counter(one.answer for one in answers)
    return max(answers, key=lambda one: votes[one.answer], default=None)


def control_tries(
    plan: ConfirmationPlan, ended: Mapping[HoldoutKey, HoldoutTrial], task: str, repeat: int
) -> ControlTries | None:
    """Return the founder's tries so far for one trial of the agent; None while that has not ended.

    Tries that were run for an agent that used more are left out.
    """
    agents = ended.get(HoldoutKey(plan.agent, task, repeat))
    if agents is None:
        return None
    found = ControlTries((), agents.used.tokens, plan.tries)
    while not found.is_whole:
        one = ended.get(HoldoutKey(plan.founder, task, repeat, len(found.tries)))
        if one is None:
            break
        found = ControlTries((*found.tries, one), found.tokens, found.most)
    return found
