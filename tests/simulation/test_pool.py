"""Tasks from item response theory: what a latent skill is worth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.simulation import TaskPool

POOL = TaskPool()
SKILLS = st.floats(-8, 8)


@given(SKILLS, SKILLS)
def test_more_skill_is_worth_more(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert POOL.share(low) <= POOL.share(high)


@given(st.floats(0.01, 0.85))
def test_a_share_and_its_skill_belong_together(share: float) -> None:
    assert POOL.share(POOL.skill_at(share)) == pytest.approx(share, abs=1e-3)


def test_no_skill_resolves_impossible_tasks() -> None:
    assert POOL.share(100.0) == pytest.approx(1 - POOL.impossible, abs=0.01)
    with pytest.raises(ValueError, match=r"no skill resolves 0\.95"):
        POOL.skill_at(0.95)


@pytest.mark.parametrize("pool", [POOL, TaskPool(spread=1.0, impossible=0.0, discrimination=0.6, interaction=0.2)])
def test_a_share_is_what_drawn_tasks_give_on_average(pool: TaskPool) -> None:
    rng = np.random.default_rng(0)
    tasks = pool.draw(40_000, rng)

    chances = tasks.chances(0.3, pool.interactions(None, len(tasks), rng))

    assert chances.mean() == pytest.approx(pool.share(0.3), abs=0.01)


def test_a_child_inherits_a_part_of_its_parents_luck() -> None:
    rng = np.random.default_rng(0)
    parent = POOL.interactions(None, 20_000, rng)

    child = POOL.interactions(parent, 20_000, rng)

    assert np.corrcoef(parent, child)[0, 1] == pytest.approx(POOL.inherited, abs=0.02)
    assert child.std() == pytest.approx(POOL.interaction, abs=0.02)
