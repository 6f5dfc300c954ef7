"""The ruling of a confirmation: is the agent better? A pure function of paired outcomes on the holdout.

The claim is that the agent beats every side of `claim`: as a rule its founder, and its founder with the same compute.
All must hold, so the claim's p-value is the largest of theirs, and needs no correction among them (an
intersection-union test: Berger 1982). What corrects it is how often the holdout was used: Holm over all confirmations.
Each test is two-sided at 5 %, so that "confirmed" is said of an agent that is no better at most 2.5 % of the time; its
95 % interval must lie above 0 too, so that the two never contradict each other.
`others` are sides whose tests count only once the claim holds (a fixed sequence), and never change the ruling.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dgm.evaluations.statistics.multiplicity import holm
from dgm.evaluations.statistics.pairs import Pairs, gain, p_two_sided
from dgm.evaluations.statistics.power import Need, need
from dgm.values import Interval

LEVEL = 0.05


class Word(StrEnum):
    """What a confirmation says."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed"
    MORE_TRIALS = "more trials needed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One side against the agent.

    Args:
        p: exact, two-sided, of this comparison alone.
        p_holm: the same, corrected for every confirmation on this holdout.
        holds: the agent is better, after the correction.
    """

    pairs: Pairs
    gain: Interval
    p: float
    p_holm: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a confirmation found.

    Args:
        p: of the claim, uncorrected: what later confirmations are corrected with.
        comparisons: by the name of the side; those of the claim first.
        need: what would show the claim; None unless more trials are needed.
    """

    word: Word
    p: float
    p_holm: float
    comparisons: Mapping[str, Comparison]
    need: Need | None = None


def rule(claim: Mapping[str, Pairs], others: Mapping[str, Pairs] | None = None, used: Sequence[float] = ()) -> Ruling:
    """Rule on an agent.

    Args:
        claim: the sides that it must beat, by name; one at least.
        others: further sides, each of which is judged only if the claim holds.
        used: the claims' p-values of the other confirmations on this holdout; 1 for one that has not ended.

    Raises:
        ValueError: nothing is claimed.
    """
    if not claim:
        raise ValueError("no side to beat: give one at least")
    claimed = {name: _compared(pairs, used) for name, pairs in claim.items()}
    p = max(_p_of_better(one) for one in claimed.values())
    holds = all(one.holds for one in claimed.values())
    rest = {name: _compared(pairs, used, may_hold=holds) for name, pairs in (others or {}).items()}
    needs = None if holds else _need(claimed.values(), LEVEL / (len(used) + 2))
    word = Word.CONFIRMED if holds else Word.NOT_CONFIRMED if needs is None else Word.MORE_TRIALS
    return Ruling(word, p, holm([p, *used])[0], {**claimed, **rest}, needs)


def _compared(pairs: Pairs, used: Sequence[float], *, may_hold: bool = True) -> Comparison:
    seen, p = gain(pairs), p_two_sided(pairs)
    p_holm = holm([p, *used])[0]
    return Comparison(pairs, seen, p, p_holm, may_hold and p_holm <= LEVEL and seen.low > 0)


def _p_of_better(one: Comparison) -> float:
    """Return 1 for a loss: however sure, it supports no claim."""
    return one.p if one.gain.estimate > 0 else 1.0


def _need(claimed: Iterable[Comparison], level: float) -> Need | None:
    """Return what would show every comparison that does not hold; None where one shows no gain at all."""
    needs = [need(one.pairs, level) for one in claimed if not one.holds]
    found = [one for one in needs if one is not None]
    if len(found) < len(needs):
        return None
    repeats = [one.repeats for one in found if one.repeats is not None]
    return Need(max(one.tasks for one in found), max(repeats) if len(repeats) == len(found) else None)
