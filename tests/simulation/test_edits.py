"""What one edit does to latent skill."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.simulation.edits import Design, Edits, Fate, Idea, ability_of, edited, fate, shown, tilted

SMOOTH = Edits()
FOUNDER = Design(0.0, 0.0)
UNIFORM = st.floats(0, 1, exclude_max=True)
IDEAS = st.builds(Idea, UNIFORM, UNIFORM, UNIFORM, st.floats(-3, 3))
HELPFUL, HARMFUL = Idea(0.1, 0.5, 0.0, 0.0), Idea(0.9, 0.5, 0.0, 0.0)


@given(IDEAS, st.floats(0, 6))
def test_gains_shrink_towards_the_end_of_a_design(idea: Idea, skill: float) -> None:
    higher = replace(FOUNDER, skill=skill)

    gained = edited(higher, SMOOTH, 0.0, idea).skill - skill

    assert gained <= edited(FOUNDER, SMOOTH, 0.0, idea).skill + 1e-9


def test_nothing_is_gained_beyond_the_headroom() -> None:
    spent = replace(FOUNDER, skill=SMOOTH.headroom)

    assert edited(spent, SMOOTH, 0.0, HELPFUL).skill == spent.skill


@given(UNIFORM, UNIFORM, st.floats(0, 4))
def test_a_better_editor_never_breaks_what_a_worse_one_makes_work(draw: float, second: float, ability: float) -> None:
    if fate(SMOOTH, 0.0, draw, second) is not Fate.BROKEN:
        assert fate(SMOOTH, ability, draw, second) is not Fate.BROKEN


@given(IDEAS, st.floats(0, 4))
def test_the_same_idea_by_a_better_editor_is_no_worse(idea: Idea, ability: float) -> None:
    assert edited(FOUNDER, SMOOTH, ability, idea).skill >= edited(FOUNDER, SMOOTH, 0.0, idea).skill


def test_ability_follows_skill_where_it_is_tied() -> None:
    better = replace(FOUNDER, skill=2.0)

    assert [ability_of(better, Edits(tie=tie), 0.0) for tie in (0.0, 0.5)] == [0.0, 1.0]


def test_own_ability_drifts_along_the_lineage() -> None:
    child = edited(FOUNDER, Edits(drift=0.5), 0.0, HARMFUL._replace(drift=2.0))

    assert child.ability == 1.0


def test_a_valley_is_worse_before_it_is_better() -> None:
    edits = Edits(valley=1.0, width=2, depth=0.7, reward=2.0)
    crossing = Idea(0.0, 0.5, 0.0, 0.0)

    line = [FOUNDER]
    for _ in range(3):
        line.append(edited(line[-1], edits, 0.0, crossing))

    assert [design.skill for design in line] == pytest.approx([0.0, -0.7, -0.7, 2.0])
    assert line[-1].base == 2.0


def test_a_valley_holds_whom_an_edit_does_not_lead_on() -> None:
    edits = Edits(valley=1.0, crossing=0.5)
    inside = edited(FOUNDER, edits, 0.0, HELPFUL)

    assert edited(inside, edits, 0.0, HELPFUL._replace(crosses=0.5)) == inside


def test_a_jump_is_a_new_design_with_headroom_of_its_own() -> None:
    child = edited(replace(FOUNDER, skill=1.0), Edits(jump=1.0, jump_gain=2.0), 0.0, HELPFUL)

    assert (child.skill, child.base) == (3.0, 2.0)


@given(st.floats(-5, 5))
def test_a_plateau_hides_what_does_not_make_a_step(skill: float) -> None:
    visible = shown(skill, Edits(step=0.8), 0.0)

    assert visible <= skill + 1e-6
    assert visible / 0.8 == pytest.approx(round(visible / 0.8))


@given(UNIFORM, st.floats(-5, 5))
def test_a_tilted_share_is_a_share(share: float, log_odds: float) -> None:
    assert 0 <= tilted(share, log_odds) <= 1
