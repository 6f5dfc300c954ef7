"""What the confirmations of a run say of its agents now: each further one asks more of all that came before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dgm.evaluations import LEVEL, Word, holm
from dgm.evolve.confirming.findings import claimed
from dgm.values import ConfirmationRecord, Side


@dataclass(frozen=True, slots=True)
class Claim:
    """What the newest confirmation of an agent that has ended is worth now.

    Args:
        confirmation: its number.
        word: what it said when it ended.
        holds: the agent is confirmed, and still is after all later confirmations.
        p_holm: of the claim, corrected for every confirmation on the holdout so far, those that have not ended too.
        tasks, repeats: of the holdout.
        against: in words, whom the agent was to beat.
    """

    confirmation: int
    word: Word
    holds: bool
    p_holm: float
    tasks: int
    repeats: int
    against: tuple[str, ...]


def claims_of(records: Sequence[ConfirmationRecord]) -> Mapping[int, Claim]:
    """Return the claim of each agent that a confirmation has ended for, by its number."""
    corrected = holm([1.0 if record.p is None else record.p for record in records])
    return {
        record.plan.agent: _claim(record, p_holm)
        for record, p_holm in zip(records, corrected, strict=True)
        if record.has_ended
    }


def _claim(record: ConfirmationRecord, p_holm: float) -> Claim:
    plan, word = record.plan, Word(record.word)
    side, _ = claimed(plan)
    rival = f"a{plan.founder if side is Side.FOUNDER else plan.parent}"
    return Claim(
        confirmation=record.confirmation_id,
        word=word,
        holds=word is Word.CONFIRMED and p_holm <= LEVEL,
        p_holm=p_holm,
        tasks=len(plan.tasks),
        repeats=plan.repeats,
        against=(rival, f"a{plan.founder} with the same tokens"),
    )
