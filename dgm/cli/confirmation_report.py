"""What `dgm confirm` prints: what it will do, and what it found. Every figure with its n and its interval."""

from collections.abc import Iterator

import click
from rich.table import Table
from rich.text import Text

from dgm.cli import render
from dgm.cli.views import duration, percent
from dgm.evaluations import LEVEL, Word, least_tasks
from dgm.evolve import Reason
from dgm.evolve.confirming import Arm, ConfirmationEnd, Estimate, Findings, described, named, p_values_of_others
from dgm.ports import Confirmations
from dgm.values import ConfirmationPlan, ConfirmationRecord, Interval, Side


def beginning(confirmations: Confirmations, plan: ConfirmationPlan) -> str:
    """Return what the log says when a confirmation begins."""
    return (
        f"confirmation of a{plan.agent} begins: against {_sides(plan)}, on the holdout {plan.holdout[:12]} "
        f"({_size(plan)}), {_used_before(uses_of(confirmations, plan, None))}"
    )


def uses_of(confirmations: Confirmations, plan: ConfirmationPlan, record: ConfirmationRecord | None) -> int:
    """Return how many other confirmations use the same holdout."""
    this = None if record is None else record.confirmation_id
    return len(p_values_of_others(confirmations.confirmations(), this, plan.holdout))


def announce(plan: ConfirmationPlan, trials: int, uses: int, estimate: Estimate | None) -> None:
    """Say what a confirmation will do and may cost.

    Args:
        trials: that are known to be needed and have not been run.
        uses: how often the holdout was used by other confirmations.
        estimate: of the tokens that are still to be used.
    """
    click.echo(f"a{plan.agent} is compared with {_sides(plan)}")
    click.echo(f"on the holdout {plan.holdout[:12]} ({_size(plan)}), {_used_before(uses)}")
    click.echo(f"{trials} trials to run at least, and the control's further tries")
    if estimate is not None:
        click.echo(
            f"about {estimate.tokens:,.0f} tokens [{estimate.low:,.0f} - {estimate.high:,.0f}], "
            f"by {estimate.n} trials of the search"
        )
    level = LEVEL / (uses + 1)
    if len(plan.tasks) < (least := least_tasks(level)):
        few = _count(len(plan.tasks), "task")
        click.echo(f"Warning: {few} can confirm nothing, whatever they show: it takes {least} at least.", err=True)


def show_end(confirmations: Confirmations, end: ConfirmationEnd) -> None:
    """Print what a confirmation found, or why it has not ended and how to go on."""
    click.echo()
    if end.findings is not None:
        show_findings(end.record, end.findings, uses_of(confirmations, end.findings.plan, end.record))
        return
    ended = "not finished" if end.reason is Reason.FINISHED else str(end.reason)
    click.echo(f"{ended}: {end.detail}")
    for work in end.lost:
        click.echo(f"  lost and charged whole: {work}")
    click.echo(f"Nothing recorded is lost. Go on with: dgm confirm a{end.record.plan.agent}")


def as_data(confirmations: Confirmations, end: ConfirmationEnd) -> dict[str, object]:
    """Return what `--json` prints."""
    plan = end.record.plan
    return {
        "confirmation": end.record.confirmation_id,
        "of": f"a{plan.agent}",
        "has_ended": end.findings is not None,
        "said": end.record.word,
        "reason": end.reason.value,
        "sentence": end.detail,
        "used_by_others": uses_of(confirmations, plan, end.record),
        "spent": end.record.spent,
        "hours": end.record.hours,
        "lost": end.lost,
        **({} if end.findings is None else described(end.findings)),
    }


def show_findings(record: ConfirmationRecord, findings: Findings, uses: int) -> None:
    """Print the tables, what they mean, and the sentence.

    Args:
        uses: of the holdout, by other confirmations.
    """
    out = render.console()
    plan = findings.plan
    out.print(f"Confirmation {record.confirmation_id} of a{plan.agent} on the holdout ({_size(plan)})\n")
    out.print(_gains(findings))
    out.print()
    out.print(_costs(findings))
    out.print()
    for line in _notes(findings, uses):
        out.print(line, style="dim")
    out.print(f"{render.spending(record.spent)}; {duration(record.hours * 3600)} on the clock\n")
    out.print(Text(record.text, style="bold"))
    if record.word == Word.CONFIRMED and findings.ruling.word is not Word.CONFIRMED:
        out.print(f"The holdout was used again since: corrected for all {uses + 1} uses, this no longer holds.")


def signed(gain: Interval) -> str:
    """Return `+58 % [31 to 80]`."""
    return f"{gain.estimate * 100:+.0f} % [{gain.low * 100:.0f} to {gain.high * 100:.0f}]"


def _gains(findings: Findings) -> Table:
    headers = ("", "resolved [95 %]", "gain [95 %]", ">p", ">p (Holm)", "holds")
    rows = [(_label(findings.plan, None), percent(findings.agent.share), "", "", "", "")]
    for side, arm in findings.sides.items():
        one = findings.ruling.comparisons[side]
        holds = "yes" if one.holds else "no"
        label = _label(findings.plan, side)
        rows.append((label, percent(arm.share), signed(one.gain), f"{one.p:.2g}", f"{one.p_holm:.2g}", holds))
    return render.plain_table(headers, rows)


def _costs(findings: Findings) -> Table:
    headers = ("for each resolved", ">tokens", ">USD", ">tries", ">resolved")
    arms: list[tuple[Side | None, Arm]] = [(None, findings.agent), *findings.sides.items()]
    shown = (one for one in arms if one[0] is not Side.CEILING)
    return render.plain_table(headers, (_cost(_label(findings.plan, side), arm) for side, arm in shown))


def _cost(label: str, arm: Arm) -> tuple[str, ...]:
    tokens, dollars = arm.tokens_per_resolved, arm.usd_per_resolved
    return (
        label,
        "-" if tokens is None else f"{tokens:,.0f}",
        f"{dollars:.4f}" if dollars else "-",
        str(arm.tries),
        str(arm.resolved),
    )


def _label(plan: ConfirmationPlan, side: Side | None) -> str:
    match side:
        case None:
            return f"a{plan.agent}"
        case Side.FOUNDER:
            return f"founder a{plan.founder}"
        case Side.PARENT:
            return f"parent a{plan.parent}"
        case Side.CONTROL:
            return f"a{plan.founder} same tokens"
        case Side.CEILING:
            return "  any try of it"


def _notes(findings: Findings, uses: int) -> Iterator[str]:
    plan = findings.plan
    yield (
        f"n: {_size(plan)}. Gain: of the agent over that side. p: exact, two-sided, tasks as units; "
        f"Holm: corrected for {_count(uses + 1, 'use')} of the holdout."
    )
    lost = findings.agent.lost + sum(arm.lost for side, arm in findings.sides.items() if side is not Side.CEILING)
    if lost:
        yield f"{lost} repeats could not be scored through no fault of an agent: each counts against a{plan.agent}."
    if tampering := findings.agent.tampering:
        yield (
            f"{_count(tampering, 'trial')} of a{plan.agent} tampered with the grader, and are not resolved: "
            "look at them before you use it."
        )
    if short := findings.sides[Side.CONTROL].short:
        yield f"In {short} repeats the control ran out of tries before its tokens: any right answer counts."


def _sides(plan: ConfirmationPlan) -> str:
    return ", ".join(named(plan, side) for side in (*plan.against, Side.CONTROL))


def _size(plan: ConfirmationPlan) -> str:
    return f"{_count(len(plan.tasks), 'task')}, {_count(plan.repeats, 'repeat')} each"


def _used_before(uses: int) -> str:
    return f"used by {_count(uses, 'other confirmation')}" if uses else "never used before"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
