"""Tables and the lineage tree for a terminal, and JSON for programs. Text of agents arrives already harmless."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text
from rich.tree import Tree as Branch

from dgm.cli.views import AgentRow, FailedAttempt, claim_word, duration, percent
from dgm.values import Spent


def console(*, least_width: int | None = None) -> Console:
    """Return a console for stdout that takes no markup from what it prints.

    Args:
        least_width: columns to use where stdout is no terminal: nothing is folded for a file or a pipe.
    """
    made = Console(markup=False, highlight=False, emoji=False)
    if least_width is not None and not made.is_terminal:
        made.width = max(made.width, least_width)
    return made


def print_json(value: Any) -> None:
    """Print dataclasses, or lists and dicts of them, as JSON."""
    click.echo(json.dumps(value, default=_plain_value, indent=2, ensure_ascii=True))


def _plain_value(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return str(value)


def lineage_tree(rows: Sequence[AgentRow], best: AgentRow | None) -> Branch:
    """Return the archive as a tree: each agent with its score, interval and failed attempts."""
    below: dict[str | None, list[AgentRow]] = defaultdict(list)
    for row in rows:
        below[row.parent].append(row)
    root = Branch(Text("archive", style="dim"), guide_style="dim")
    waiting = [(root, row) for row in reversed(below[None])]
    while waiting:
        branch, row = waiting.pop()
        here = branch.add(_leaf(row, best))
        waiting.extend((here, child) for child in reversed(below[row.agent]))
    return root


def _leaf(row: AgentRow, best: AgentRow | None) -> Text:
    parts = [(f"{row.agent} ", "bold"), (f"{row.name}  ", ""), (percent(row.score), "green" if row.resolved else "")]
    if row.not_run:
        parts.append((f"{row.not_run} not run", "yellow"))
    if row.stopped:
        parts.append(("stopped early", "dim"))
    if row.unscored:
        parts.append((f"{row.unscored} lost", "yellow"))
    if row.failed_attempts:
        parts.append((f"{row.failed_attempts} failed", "dim"))
    if row.tampering:
        parts.append(("tampering", "bold red"))
    if row.oversight:
        parts.append((row.oversight, "bold red" if row.because else "yellow"))
    if row.claim is not None:
        parts.append((claim_word(row.claim), "bold green" if row.claim.holds else "dim"))
    if best is not None and row.agent == best.agent:
        parts.append(("best so far", "bold green"))
    head, tail = parts[:2], parts[2:]
    return Text.assemble(*head, *((f"{text}  ", style) for text, style in tail[:-1]), tail[-1])


def score_table(rows: Iterable[AgentRow]) -> Table:
    """Return the table of agents: n and interval with every score."""
    table = _table("agent", "parent", ">resolved", ">n", ">score", ">95 % interval", ">tokens", ">time")
    for row in rows:
        measured = row.score.n > 0
        table.add_row(
            row.agent,
            row.parent or "-",
            str(row.resolved),
            str(row.score.n),
            f"{row.score.estimate:.2f}" if measured else "-",
            f"{row.score.low:.2f} - {row.score.high:.2f}" if measured else "-",
            f"{row.spent.tokens:,}",
            duration(row.spent.seconds),
        )
    return table


def failures_table(failed: Iterable[FailedAttempt]) -> Table:
    """Return the table of attempts that made no child."""
    table = _table(">#", "parent", "focus", "why there is no child", ">tokens", ">time")
    for attempt in failed:
        why = f"{attempt.reason}: {attempt.detail}" if attempt.detail else attempt.reason
        table.add_row(
            str(attempt.attempt),
            attempt.parent,
            attempt.focus,
            Text(why[:160]),
            f"{attempt.tokens:,}",
            duration(attempt.seconds),
        )
    return table


def plain_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of strings; a header that starts with `>` is set to the right."""
    table = _table(*headers)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _table(*headers: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header.lstrip(">"), justify="right" if header.startswith(">") else "left", overflow="fold")
    return table


def spending(spent: Spent) -> str:
    """Return tokens, dollars and time in one line."""
    dollars = f", {spent.cost_usd:.2f} USD" if spent.cost_usd else ""
    return f"{spent.tokens:,} tokens{dollars}, {duration(spent.seconds)} of work"


@contextmanager
def download_bar() -> Iterator[Callable[[int, int, str], None]]:
    """Show a download: call what is yielded with bytes so far, bytes in all, and from where."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console()) as bar:
        task = bar.add_task("looking for it", total=None)

        def grown(done: int, total: int, where: str) -> None:
            bar.update(task, completed=done, total=total, description=f"from {where}")

        yield grown


@contextmanager
def counting_bar(total: int, what: str) -> Iterator[Callable[[], None]]:
    """Show on a terminal's stderr how much is done: call what is yielded after each piece."""
    stderr = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
