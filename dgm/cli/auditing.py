"""`dgm audit`: whether the log of a run is whole, and who judged what in it."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from dgm.archive import Proof, Run
from dgm.cli import render
from dgm.cli.inspecting import json_option, reading
from dgm.cli.which_run import run_option
from dgm.errors import ArchiveError, ConfigError
from dgm.values import Event, plain

JUDGEMENTS = ("pause", "resume", "stop", "veto", "approval", "flag", "refused", "config")
"""Kinds of events that tell what persons did, and what they are to look at."""

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody did to a run or said of an agent."""

    entry: int
    at: datetime
    kind: str
    by: str
    agent: str
    text: str


@click.command()
@run_option
@click.option("--head", metavar="HASH", help="A head that was printed before: prove that its entry stands unchanged.")
@click.option("--full", is_flag=True, help="Read every agent and artifact too, and check each against its digest.")
@json_option
def audit(run_dir: Path | None, head: str | None, full: bool, as_json: bool) -> None:
    """Check that the log is whole from its first entry to its last, and list who judged what, and when.

    Without --head this shows careless changes only: whoever can write the database can chain the log anew.
    """
    if head is not None and not _HASH.fullmatch(head):
        raise ConfigError("--head takes the 64 hexadecimal digits that `dgm veto` or `dgm approve` printed")
    with reading(run_dir) as run:
        proof = run.archive.prove_log(head)
        judged = [_judgement(event) for event in run.archive.events() if event.kind in JUDGEMENTS]
        problems = _whole_run(run) if full else ()
    if as_json:
        render.print_json({"entries": proof.entries, "head": proof.head, "kept": proof.kept, "after": proof.after,
                           "judgements": judged})  # fmt: skip
    else:
        _show(proof, judged)
    if problems:
        raise ArchiveError(f"the log is whole, the rest is not: {'; '.join(problems)}.")


def _whole_run(run: Run) -> tuple[str, ...]:
    from dgm.archive.audit import audit as audit_run  # GitPython takes as long to load as the rest

    return audit_run(run)


def _judgement(event: Event) -> Judgement:
    agent = event.data.get("agent")
    by = str(event.data.get("by", ""))
    return Judgement(event.event_id, event.at, event.kind, by, "" if agent is None else f"a{agent}", event.text)


def _show(proof: Proof, judged: list[Judgement]) -> None:
    out = render.console()
    if judged:
        cells = (
            (str(j.entry), f"{j.at:%Y-%m-%d %H:%M:%S}", j.kind, plain(j.by), j.agent, plain(j.text)) for j in judged
        )
        out.print(render.plain_table((">entry", "when", "what", "who", "agent", "in words"), cells))
        out.print()
    click.echo(f"the log is whole: {proof.entries} entries, head {proof.head}")
    if proof.kept is not None:
        click.echo(
            f"entry {proof.kept.event_id} has the hash that was given, so it and all before it stand unchanged: "
            f"{plain(proof.kept.text)}; {proof.after} came after it"
        )
