"""Whole searches on landscapes: the real loop, and nothing that is latent in its hands."""

from dataclasses import replace

import pytest

from dgm.config import EvolveSection
from dgm.simulation import FAMILIES, Landscape, SimulatedRun, config_of, run_simulation

DGM = EvolveSection()


def search(name: str = "steady", seed: int = 0, trials: int = 150, slots: int = 4) -> SimulatedRun:
    family = FAMILIES[name]
    return run_simulation(config_of(family, DGM, trials=trials, seed=seed), Landscape(family, seed), slots)


def test_the_same_seed_gives_the_same_run() -> None:
    assert search() == search()


def test_another_seed_gives_another_run() -> None:
    assert search(seed=1) != search(seed=2)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_budget_is_spent_to_the_last_trial_and_never_passed(name: str) -> None:
    run = search(name, slots=8)

    assert run.trials == 150


def test_the_choice_is_never_better_than_the_best_agent() -> None:
    runs = [search("calibrated", seed) for seed in range(5)]

    assert all(run.regret >= 0 and run.best_skill >= run.founder_skill for run in runs)


def test_the_course_ends_with_the_final_choice() -> None:
    run = search("tied", seed=3, trials=400)

    assert run.course[-1].pick_skill == run.pick_skill
    assert run.reached(run.founder_skill) == run.course[0]
    assert run.reached(1.0) is None


def test_one_slot_is_never_idle() -> None:
    assert search(slots=1).busy_share == pytest.approx(1.0)


def test_more_slots_end_sooner() -> None:
    assert search(slots=8).hours < search(slots=2).hours / 2


def test_a_landscape_of_broken_children_is_survived() -> None:
    family = FAMILIES["steady"]
    hopeless = replace(family, edits=replace(family.edits, broken=1.0))

    run = run_simulation(config_of(hopeless, DGM, trials=100), Landscape(hopeless, 0), 4)

    assert (run.agents, run.attempts, run.trials, run.regret) == (1, 100, 60, 0.0)
