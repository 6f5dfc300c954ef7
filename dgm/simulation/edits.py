"""What one edit does to an agent's latent skill. Pure: the numbers that it draws are its arguments.

An editor has an ability to edit, 0 for the founder, in log-odds: it multiplies the odds of a helpful edit by its
exponential and divides those of a broken one. An agent's ability is `tie` times the skill that it has gained over the
founder, plus an ability of its own that drifts along the lineage and that no trial shows.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, floor, log
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Edits:
    """The parameters of editing. Rates are those of an editor of ability 0.

    Args:
        broken: share of attempts whose child does not pass screening.
        unchanged: share of the others that change nothing.
        helpful: share of working children whose skill rises.
        harmful: share of working children whose skill falls. The rest are as good as their parent.
        gain: mean rise in logits, exponential, of a parent that stands at its design's base.
        loss: mean fall in logits, exponential.
        headroom: logits above its base at which a design cannot be improved any more; the gain falls linearly to 0.
        jump: share of working children that are a new design: skill and base rise by `jump_gain`.
        valley: share of working children that begin another design and are worse at first, by `depth`.
        width: edits of a child in a valley that lead out of it, each with `crossing` as its chance to lead on.
        reward: logits by which skill and base of the finished design are above those before the valley.
        step: skill shows in steps of so many logits only; 0: smoothly.
        ideas: the attempt on a parent with n working children has one of their ideas again with n / (n + ideas).
        tie: ability for each logit of skill above the founder.
        drift: standard deviation of the change of own ability from parent to child.
    """

    broken: float = 0.4
    unchanged: float = 0.1
    helpful: float = 0.25
    harmful: float = 0.45
    gain: float = 0.5
    loss: float = 0.5
    headroom: float = 6.0
    jump: float = 0.0
    jump_gain: float = 2.0
    valley: float = 0.0
    depth: float = 0.7
    width: int = 1
    crossing: float = 0.5
    reward: float = 1.5
    step: float = 0.0
    ideas: float = 12.0
    tie: float = 0.0
    drift: float = 0.0


class Fate(StrEnum):
    """How an attempt ends."""

    BROKEN = "broken"
    UNCHANGED = "unchanged"
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class Design:
    """What of an agent is latent, besides its luck with single tasks. In logits.

    Args:
        skill: before it is cut into steps.
        base: what the design started from.
        ability: own ability to edit, beside what skill gives.
        to_cross: edits that still lead through a valley; 0: it is in none.
    """

    skill: float
    base: float
    ability: float = 0.0
    to_cross: int = 0


class Idea(NamedTuple):
    """What an edit does, as uniform numbers in [0, 1), and a normal one for what it does to ability."""

    kind: float
    size: float
    crosses: float
    drift: float


def fate(edits: Edits, ability: float, draw: float, second: float) -> Fate:
    """Return how an attempt by an editor of this ability ends.

    Args:
        draw, second: uniform in [0, 1).
    """
    if draw < tilted(edits.broken, -ability):
        return Fate.BROKEN
    return Fate.UNCHANGED if second < edits.unchanged else Fate.WORKS


def edited(parent: Design, edits: Edits, ability: float, idea: Idea) -> Design:
    """Return a working child's design.

    Args:
        ability: of the editor.
    """
    inherited = replace(parent, ability=parent.ability + edits.drift * idea.drift)
    if parent.to_cross:
        return _in_valley(inherited, edits, idea)
    if idea.kind < edits.jump:
        return replace(inherited, skill=parent.skill + edits.jump_gain, base=parent.base + edits.jump_gain)
    if idea.kind < edits.jump + edits.valley:
        return replace(inherited, skill=parent.skill - edits.depth, to_cross=edits.width)
    return replace(inherited, skill=parent.skill + _change(parent, edits, ability, idea))


def ability_of(design: Design, edits: Edits, founder_skill: float) -> float:
    """Return an editor's ability in log-odds."""
    return edits.tie * (design.skill - founder_skill) + design.ability


def shown(skill: float, edits: Edits, founder_skill: float) -> float:
    """Return the skill that an agent works with: cut into steps where the landscape has them."""
    if edits.step == 0:
        return skill
    return founder_skill + edits.step * floor((skill - founder_skill) / edits.step + 1e-9)


def tilted(share: float, log_odds: float) -> float:
    """Return a share whose odds are multiplied by the exponential of `log_odds`."""
    if share in (0, 1):
        return share
    return 1 / (1 + (1 - share) / share * exp(-log_odds))


def _change(parent: Design, edits: Edits, ability: float, idea: Idea) -> float:
    """Return by how much an ordinary edit changes the skill."""
    special = edits.jump + edits.valley
    place = (idea.kind - special) / (1 - special)
    size = -log(1 - idea.size)
    helpful = tilted(edits.helpful, ability)
    if place < helpful:
        left = min(1.0, max(0.0, 1 - (parent.skill - parent.base) / edits.headroom))
        return edits.gain * size * left
    harmful = edits.harmful * (1 - helpful) / (1 - edits.helpful)
    return -edits.loss * size if place >= 1 - harmful else 0.0


def _in_valley(child: Design, edits: Edits, idea: Idea) -> Design:
    if idea.crosses >= edits.crossing:
        return child
    if child.to_cross > 1:
        return replace(child, to_cross=child.to_cross - 1)
    return replace(child, skill=child.skill + edits.depth + edits.reward, base=child.base + edits.reward, to_cross=0)
