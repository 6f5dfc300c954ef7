"""The strategies with one simple rule: `sica`, `greedy`, `random`, `no-archive`, `no-self-improvement`."""

import pytest

from dgm.config import EvolveSection
from dgm.evolve import Expand, Strategy, open_strategy
from dgm.evolve.strategies import Greedy, NoArchive, NoSelfImprovement, Sica, Uniform
from dgm.evolve.strategies.sica import good_enough
from tests.evolve.populations import BUDGET, rng_of
from tests.evolve.test_dgm import measured


def expanded(strategy: Strategy, scores: list[int], seed: int = 0, children: int = 0) -> Expand:
    action = strategy.choose(measured(scores, children=children), BUDGET, rng_of(seed))
    assert isinstance(action, Expand)
    return action


@pytest.mark.parametrize("name", EvolveSection.model_fields["strategy"].annotation.__args__)
def test_every_name_in_the_configuration_opens_its_strategy(name: str) -> None:
    assert open_strategy(EvolveSection(strategy=name)).name == name


def test_sica_takes_the_newest_that_reaches_the_best_ones_lower_limit() -> None:
    assert good_enough(measured([9, 6, 5, 8, 4])).tolist() == [0, 1, 3]
    assert expanded(Sica(), [9, 6, 5, 8, 4]).agent == 3


def test_greedy_expands_only_the_best() -> None:
    assert dict(expanded(Greedy(), [2, 7, 7, 1]).probabilities) == {0: 0, 1: 0.5, 2: 0.5, 3: 0}


def test_random_expands_all_with_the_same_chance() -> None:
    assert dict(expanded(Uniform(), [9, 0, 10]).probabilities) == pytest.approx(dict.fromkeys(range(3), 1 / 3))


def test_without_an_archive_the_newest_is_the_parent_however_bad_it_is() -> None:
    assert expanded(NoArchive(), [9, 8, 0]).agent == 2


def test_without_self_improvement_the_founder_edits_every_child() -> None:
    actions = [expanded(NoSelfImprovement("uniform"), [1, 2], seed, children=1) for seed in range(20)]

    assert {(action.agent, action.editor) for action in actions} == {(0, 0), (1, 1), (2, 0)}
