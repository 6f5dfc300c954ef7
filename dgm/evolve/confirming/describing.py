"""Findings as plain data: what the archive keeps of them, and what `--json` prints. Every figure has its n. Pure."""

from dataclasses import asdict

from dgm.evaluations import Comparison, Need
from dgm.evolve.confirming.findings import Arm, Findings
from dgm.values import Interval


def described(findings: Findings) -> dict[str, object]:
    """Return what a confirmation found."""
    plan, ruling = findings.plan, findings.ruling
    return {
        "word": ruling.word.value,
        "p": ruling.p,
        "p_holm": ruling.p_holm,
        "tasks": list(plan.tasks),
        "repeats": plan.repeats,
        "holdout": plan.holdout,
        "agent": _arm(findings.agent),
        "against": {
            side.value: {**_arm(arm), **_comparison(ruling.comparisons[side])} for side, arm in findings.sides.items()
        },
        "need": None if ruling.need is None else _need(ruling.need),
    }


def _arm(arm: Arm) -> dict[str, object]:
    return {
        "agent": f"a{arm.agent}",
        "resolved": arm.resolved,
        "share": _interval(arm.share),
        "resolved_by_task": list(arm.by_task),
        "tries": arm.tries,
        "tokens": arm.used.tokens,
        "cost_usd": arm.used.cost_usd,
        "tokens_per_resolved": arm.tokens_per_resolved,
        "usd_per_resolved": arm.usd_per_resolved,
        "lost": arm.lost,
        "short": arm.short,
        "tampering": arm.tampering,
    }


def _comparison(one: Comparison) -> dict[str, object]:
    return {"gain": _interval(one.gain), "p": one.p, "p_holm": one.p_holm, "holds": one.holds}


def _interval(interval: Interval) -> dict[str, object]:
    return asdict(interval)


def _need(need: Need) -> dict[str, object]:
    return asdict(need)
