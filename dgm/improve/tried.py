"""What was tried before, as a diagnosis and an agent that improves itself are told of it. Pure."""

from collections.abc import Sequence

from dgm.evaluations import p_better, wilson
from dgm.improve.focus import describe
from dgm.improve.transcripts import keep_start
from dgm.values import Ancestor, Effect, Tried

MAX_SAID = 600
"""Characters of a proposal and of a failure's detail in a prompt."""


def tried_excerpt(lineage: Sequence[Ancestor], tried: Sequence[Tried], limit: int) -> str:
    """Return what was tried on a line of agents in at most `limit` characters, the newest first.

    The oldest is left out where it is too much; empty where nothing was tried.
    """
    made = [f"It led to a{each.agent_id}, {_gave(each.effect)}: {_short(each.proposal)}" for each in lineage[1:]]
    others = [f"On a{each.parent_id}, {outcome_of(each)}: {_short(each.proposal)}" for each in tried]
    shown: list[str] = []
    for line in [*reversed(others), *reversed(made)]:
        limit -= len(line) + 3
        if limit < 0:
            break
        shown.append(f"- {line}")
    return "\n".join(shown)


def tried_table(tried: Sequence[Tried]) -> list[dict[str, object]]:
    """Return the attempts as JSON data, oldest first."""
    return [
        {
            "attempt": each.attempt_id,
            "parent": f"a{each.parent_id}",
            "focus": describe(each.focus),
            "proposal": each.proposal,
            "diff": each.diff,
            "child": None if each.child_id is None else f"a{each.child_id}",
            "effect": effect_table(each.effect),
            "failure": None if each.failure is None else each.failure.value,
            "detail": each.detail,
            "may_be_parent": each.retained,
        }
        for each in tried
    ]


def effect_table(effect: Effect | None) -> dict[str, object] | None:
    """Return what a change did as JSON data: counts, shares with their 95 % intervals, and P(better)."""
    if effect is None:
        return None
    before, after = wilson(effect.before, effect.n), wilson(effect.after, effect.n)
    return {
        "n": effect.n,
        "resolved_before": effect.before,
        "resolved_after": effect.after,
        "interval_before": [round(before.low, 3), round(before.high, 3)],
        "interval_after": [round(after.low, 3), round(after.high, 3)],
        "p_better": round(p_better((effect.after, effect.n), (effect.before, effect.n)), 3),
    }


def outcome_of(tried: Tried) -> str:
    """Return in words how an attempt went."""
    if tried.failure is not None:
        return f"no child, since {tried.failure.value}" + (f" ({_short(tried.detail)})" if tried.detail else "")
    kept = "" if tried.retained is not False else ", and it was not kept as a parent"
    return f"{_gave(tried.effect)}{kept}"


def _gave(effect: Effect | None) -> str:
    if effect is None or not effect.n:
        return "which is not measured yet"
    better = p_better((effect.after, effect.n), (effect.before, effect.n))
    after = wilson(effect.after, effect.n)
    return (
        f"which resolved {effect.after} of {effect.n} tasks [{after.low:.2f} - {after.high:.2f}] "
        f"where its parent resolved {effect.before} (P(better) {better:.2f})"
    )


def _short(text: str) -> str:
    return keep_start(" ".join(text.split()), MAX_SAID)
