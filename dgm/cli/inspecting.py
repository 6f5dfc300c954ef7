"""Commands that read a run: runs, status, tree, show, diff, log. They work while a driver runs."""

from contextlib import AbstractContextManager
from pathlib import Path

import click
from rich.text import Text

from dgm.archive import Run, open_run
from dgm.cli import render
from dgm.cli.clock import SystemClock
from dgm.cli.views import RunView, claim_text, duration, percent, view_run
from dgm.cli.which_run import find_run, list_runs, run_option, shown_path
from dgm.config import BudgetSection, parse_config
from dgm.errors import AgentNotFound, DgmError
from dgm.evaluations import suite_of_run
from dgm.evolve.confirming import claims_of
from dgm.ports import Archive
from dgm.values import AgentRecord, Totals, TrialRecord, plain

MOST_DIGITS = 9

AT_WORK = ("start", "pause", "resume", "end")
"""Kinds of events that tell whether a run is paused: the newest of them does."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def reading(run_dir: Path | None) -> AbstractContextManager[Run]:
    """Open a run for reading, beside a driver that may be at work."""
    return open_run(find_run(run_dir), SystemClock(), readonly=True)


def view_of(run: Run) -> RunView:
    """Return what a tree of this run shows."""
    claims = claims_of(run.archive.confirmations())
    return view_run(parse_config(run.config_toml), suite_of_run(run.assets), run.archive, claims)


def find_agent(archive: Archive, label: str) -> AgentRecord:
    """Return the agent that `a7` or `7` means. Raises AgentNotFound."""
    digits = label.removeprefix("a")
    if not digits.isdecimal() or len(digits) > MOST_DIGITS:
        raise AgentNotFound(f"{label!r} is not an agent: agents are a0, a1, ... `dgm tree` shows them.")
    return archive.agent(int(digits))


@click.command()
@json_option
def runs(as_json: bool) -> None:
    """List the runs, oldest first."""
    rows = [_run_row(folder) for folder in list_runs()]
    if as_json:
        render.print_json(rows)
        return
    headers = ("run", ">agents", ">trials", "best so far", ">tokens", "folder")
    keys = ("name", "agents", "trials", "best", "tokens", "folder")
    render.console().print(render.plain_table(headers, ([str(row[key]) for key in keys] for row in rows)))


def _run_row(folder: Path) -> dict[str, object]:
    try:
        with reading(folder) as run:
            view = view_of(run)
    except DgmError as error:
        return _row_of(folder, best=f"cannot be read: {error}")
    totals, best = view.totals, view.best
    best_text = f"{best.agent} {percent(best.score)}" if best else "-"
    if best and best.claim and best.claim.holds:
        best_text += f", {claim_text(best.claim)}"
    return _row_of(folder, totals.agents, totals.trials, best_text, totals.spent.tokens)


def _row_of(folder: Path, agents: int = 0, trials: int = 0, best: str = "-", tokens: int = 0) -> dict[str, object]:
    counts = {"agents": agents, "trials": trials, "best": best, "tokens": tokens}
    return {"name": folder.name, **counts, "folder": shown_path(folder)}


@click.command()
@run_option
@json_option
def status(run_dir: Path | None, as_json: bool) -> None:
    """Show how far a run is and what it has spent of its budget."""
    with reading(run_dir) as run:
        view = view_of(run)
        totals, best = view.totals, view.best
        budget = parse_config(run.config_toml).budget
        open_leases = len(run.archive.open_leases())
        events = run.archive.events(last=5)
        newest = run.archive.newest_event(AT_WORK)
        begun = [one for one in run.archive.confirmations() if not one.has_ended]
    paused = newest is not None and newest.kind == "pause"
    if as_json:
        render.print_json({"folder": shown_path(run.folder), "totals": totals, "budget": budget.model_dump(),
                           "best": best, "open_leases": open_leases, "events": events, "paused": paused,
                           "oversight": _oversight_of(view), "for_a_person": view.for_a_person,
                           "open_confirmations": begun})  # fmt: skip
        return
    out = render.console()
    out.print(Text(shown_path(run.folder), style="bold"))
    out.print(f"{totals.agents} agents, {totals.attempts} attempts, {totals.trials} trials, {open_leases} at work")
    out.print(f"best so far: {best.agent} {percent(best.score)}" if best else "nothing measured yet")
    if best:
        out.print(f"  {claim_text(best.claim)}")
    for one in begun:
        label = f"a{one.plan.agent}"
        out.print(f"confirmation {one.confirmation_id} of {label} has not ended: `dgm confirm {label}` goes on")
    for line in budget_lines(budget, totals):
        out.print(line)
    if paused and newest is not None:
        out.print(f"{plain(newest.text)}; `dgm resume` goes on", style="yellow")
    for agent in view.agents:
        if agent.because:
            out.print(f"{agent.agent} is {agent.oversight}: {agent.because}", style="red", soft_wrap=True)
    if view.for_a_person:
        out.print(f"waiting for a person: {', '.join(view.for_a_person)}: `dgm approve` or `dgm veto`", style="yellow")
    for event in events:
        out.print(f"{event.at:%Y-%m-%d %H:%M:%S}  {plain(event.text)}", soft_wrap=True)


def _oversight_of(view: RunView) -> dict[str, dict[str, str]]:
    barred = (agent for agent in view.agents if agent.oversight)
    return {agent.agent: {"state": agent.oversight, "because": agent.because} for agent in barred}


def budget_lines(budget: BudgetSection, totals: Totals) -> list[str]:
    """Return a line for each limit that was set: used, allowed, share."""
    used = {
        "tokens": totals.spent.tokens,
        "cost_usd": totals.spent.cost_usd,
        "hours": totals.hours,
        "attempts": totals.attempts,
        "trials": totals.trials,
    }
    limits = {key: limit for key, limit in budget.model_dump().items() if limit is not None}
    return [
        f"{key:>9}: {used[key]:,.6g} of {limit:,.6g} ({100 * used[key] / max(limit, 1e-9):.0f} %)"
        for key, limit in limits.items()
    ]


@click.command()
@run_option
@json_option
def tree(run_dir: Path | None, as_json: bool) -> None:
    """Show the archive as a tree, and every agent's score with its n and 95 % interval."""
    with reading(run_dir) as run:
        view = view_of(run)
    if as_json:
        render.print_json(view)
    else:
        show_view(view)


def show_view(view: RunView) -> None:
    """Print the tree, the table of scores, the attempts that failed, and what all of it cost."""
    out = render.console()
    out.print(render.lineage_tree(view.agents, view.best))
    out.print()
    out.print(render.score_table(view.agents))
    for row in view.agents:
        if row.claim is not None:
            out.print(f"{row.agent} on the holdout: {claim_text(row.claim)}")
    if view.failed_attempts:
        out.print()
        out.print(render.failures_table(view.failed_attempts))
    out.print()
    out.print(f"{render.spending(view.totals.spent)}; {duration(view.totals.hours * 3600)} on the clock")


@click.command()
@click.argument("agent")
@run_option
@json_option
def show(agent: str, run_dir: Path | None, as_json: bool) -> None:
    """Show one agent: where it comes from, its proposal, and each of its trials."""
    with reading(run_dir) as run:
        record = find_agent(run.archive, agent)
        trials = run.archive.trials(record.number)
        lineage = [ancestor.label for ancestor in run.archive.lineage(record.number)]
        row = view_of(run).agents[record.number]
        confirmations = [one for one in run.archive.confirmations() if one.plan.agent == record.number]
    if as_json:
        render.print_json({"agent": record, "lineage": lineage, "score": row.score, "trials": trials,
                           "claim": row.claim, "confirmations": confirmations,
                           "oversight": row.oversight, "because": row.because})  # fmt: skip
        return
    out = render.console()
    out.print(Text(f"{record.label} {plain(record.manifest.name)}", style="bold"), percent(row.score))
    if record.manifest.description:
        out.print(plain(record.manifest.description, limit=300))
    out.print(f"lineage  {' > '.join(lineage)}")
    out.print(f"commit   {record.commit}")
    out.print(f"tree     {record.digest}")
    out.print(f"parent   {'yes' if record.eligible else 'no'}: {plain(record.retention, limit=300)}")
    if row.oversight:
        out.print(f"barred   {row.oversight}{': ' if row.because else ''}{row.because}", style="red")
    if record.figures:
        out.print(f"figures  {', '.join(f'{name} {figure:.3g}' for name, figure in record.figures.items())}")
    if record.proposal:
        out.print(f"\n{plain(record.proposal, limit=4000, keep_newlines=True)}\n")
    out.print(f"holdout  {claim_text(row.claim)}")
    for one in confirmations:
        out.print(f"         confirmation {one.confirmation_id}: {one.text or 'has not ended'}")
    headers = ("task", ">repeat", "verdict", ">tests", ">tokens", ">time", "engine", "graded by")
    out.print(render.plain_table(headers, (_trial_cells(trial) for trial in trials)))


def _trial_cells(trial: TrialRecord) -> tuple[str, ...]:
    verdict = trial.verdict
    how = verdict.finish if verdict else trial.infrastructure or trial.state
    tests = f"{verdict.passed}/{verdict.total}" if verdict else "-"
    spent = (f"{trial.spent.tokens:,}", duration(trial.spent.seconds))
    where = (trial.engine, trial.grader or "-")
    return (trial.task_id, str(trial.repeat), plain(str(how), limit=60), tests, *spent, *where)


@click.command()
@click.argument("agent")
@run_option
def diff(agent: str, run_dir: Path | None) -> None:
    """Show what an agent changed in its parent's source."""
    with reading(run_dir) as run:
        record = find_agent(run.archive, agent)
        text = run.archive.diff(record.number)
    for line in text.split("\n"):
        click.echo(click.style(plain(line), fg=_line_colour(line)))


def _line_colour(line: str) -> str | None:
    if line.startswith(("+++", "---", "diff ")):
        return "yellow"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])


@click.command()
@run_option
@click.option("-n", "--last", type=click.IntRange(1), default=50, show_default=True, help="How many entries.")
@json_option
def log(run_dir: Path | None, last: int, as_json: bool) -> None:
    """Show the run's events, oldest first."""
    with reading(run_dir) as run:
        events = run.archive.events(last=last)
    if as_json:
        render.print_json(events)
        return
    for event in events:
        click.echo(f"{event.at:%Y-%m-%d %H:%M:%S}  {event.kind:<12} {plain(event.text)}")
