"""Agents, attempts and trials of a landscape."""

import numpy as np
import pytest

from dgm.simulation import FAMILIES, Landscape
from dgm.simulation.edits import Fate
from dgm.simulation.landscape import Attempted, SimulatedAgent

STEADY = FAMILIES["steady"]


def attempts(landscape: Landscape, parent: SimulatedAgent, count: int) -> list[Attempted]:
    return [landscape.attempt(parent, parent) for _ in range(count)]


def first_child(landscape: Landscape, parent: SimulatedAgent) -> SimulatedAgent:
    return next(a.child for a in attempts(landscape, parent, 50) if a.child is not None)


def test_the_same_seed_is_the_same_landscape() -> None:
    one, other = (first_child(Landscape(STEADY, 7), Landscape(STEADY, 7).founder) for _ in range(2))

    assert one.true_skill == other.true_skill
    assert np.array_equal(one.resolves, other.resolves)


def test_another_seed_is_another_landscape() -> None:
    assert not np.array_equal(Landscape(STEADY, 1).founder.resolves, Landscape(STEADY, 2).founder.resolves)


def test_a_path_gives_the_same_agent_whatever_was_done_elsewhere() -> None:
    straight, detour = Landscape(STEADY, 3), Landscape(STEADY, 3)
    grandchild = first_child(straight, first_child(straight, straight.founder))

    child = first_child(detour, detour.founder)
    attempts(detour, detour.founder, 20)

    assert first_child(detour, child).true_skill == grandchild.true_skill


def test_a_path_and_its_first_child_are_drawn_apart() -> None:
    landscape = Landscape(STEADY, 0)
    child = first_child(landscape, landscape.founder)

    assert not np.array_equal(child.seconds, first_child(landscape, child).seconds)


@pytest.mark.parametrize(("name", "share"), [("broken-30", 0.3), ("broken-70", 0.7)])
def test_so_many_children_are_broken(name: str, share: float) -> None:
    landscape = Landscape(FAMILIES[name], 0)

    fates = [a.fate for a in attempts(landscape, landscape.founder, 2000)]

    assert fates.count(Fate.BROKEN) / 2000 == pytest.approx(share, abs=0.03)


def test_a_founder_resolves_its_share_on_average() -> None:
    shares = [Landscape(STEADY, seed).founder.resolves.mean() for seed in range(300)]

    assert np.mean(shares) == pytest.approx(STEADY.founder, abs=0.015)


def test_trials_take_ten_minutes_in_the_median_and_sixty_cost_350_dollars() -> None:
    founders = [Landscape(STEADY, seed).founder for seed in range(300)]
    seconds = np.concatenate([founder.seconds for founder in founders])
    tokens = np.concatenate([founder.tokens for founder in founders])

    assert np.median(seconds) == pytest.approx(600, rel=0.05)
    assert np.log(seconds).std() == pytest.approx(1.0, abs=0.02)
    assert 60 * tokens.mean() * STEADY.costs.trial_usd / 1e6 == pytest.approx(350, rel=0.05)


def test_repeats_of_a_pair_agree_unless_the_landscape_is_noisy() -> None:
    def agreement(name: str) -> float:
        landscape = Landscape(FAMILIES[name], 0)
        pairs = [
            [landscape.repeat(landscape.founder, task, repeat) for repeat in range(1, 21)]
            for task in range(FAMILIES[name].tasks)
        ]
        return float(np.mean([max(np.mean(pair), 1 - np.mean(pair)) for pair in pairs]))

    assert agreement("steady") > 0.85 > agreement("noisy")


def test_an_attempt_on_an_often_tried_parent_has_an_old_idea_more_often() -> None:
    landscape = Landscape(STEADY, 0)
    attempts(landscape, landscape.founder, 400)
    ideas = [(idea.kind, idea.size) for idea in landscape.founder.ideas]

    new = [idea not in ideas[:i] for i, idea in enumerate(ideas)]

    assert np.mean(new[:10]) > 0.6
    assert np.mean(new[-100:]) < 0.2
