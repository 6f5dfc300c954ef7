"""What the commands show, as plain values: made from the archive, rendered elsewhere, or printed as JSON."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dgm.config import RunConfig
from dgm.evaluations import Word, wilson
from dgm.evolve import Oversight, open_strategy, oversight_of
from dgm.evolve.confirming import Claim
from dgm.ports import Archive
from dgm.values import (
    AgentRecord,
    AttemptRecord,
    AttemptState,
    Interval,
    MarkKind,
    Spent,
    Suite,
    Totals,
    TrialRecord,
    TrialState,
    plain,
)

_SAID = {MarkKind.FLAG: "flagged", MarkKind.VETO: "vetoed", MarkKind.APPROVAL: "approved"}


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent with its score.

    Args:
        score: share of its scored trials that are resolved, with the 95 % Wilson interval and n.
        unscored: trials that the infrastructure lost: in no score.
        not_run: tasks of its stage that have no verdict yet: the budget ended first, or they are under way.
        stopped: whether racing has stopped its series: what is left of its stage is not run.
        spent: of its trials.
        parent_allowed: whether retention and oversight let it be a parent.
        oversight: why oversight does not; empty: it does.
        because: what was said of it, or of an ancestor, and by whom.
        claim: what its newest confirmation on the holdout is worth now; None where there is none.
    """

    agent: str
    parent: str | None
    name: str
    resolved: int
    score: Interval
    unscored: int
    not_run: int
    stopped: bool
    children: int
    failed_attempts: int
    spent: Spent
    tampering: bool
    parent_allowed: bool
    oversight: str
    because: str
    proposal: str
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """An attempt that made no child, with its reason."""

    attempt: int
    parent: str
    focus: str
    reason: str
    detail: str
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything that a tree shows.

    Args:
        best: the strategy's own pick, which its `claim` may confirm.
        for_a_person: agents that wait until a person approves or vetoes them.
    """

    agents: list[AgentRow]
    failed_attempts: list[FailedAttempt]
    totals: Totals
    best: AgentRow | None
    for_a_person: list[str]


def view_run(config: RunConfig, suite: Suite, archive: Archive, claims: Mapping[int, Claim] | None = None) -> RunView:
    """Return what a tree shows, as the archive has it now, with what is claimed of agents by their numbers."""
    oversight = oversight_of(config, suite, archive)
    found = _agent_rows(archive, oversight)
    rows = [replace(row, claim=(claims or {}).get(number)) for number, row in enumerate(found)]
    best = open_strategy(config.evolve).pick(oversight.population)
    return RunView(
        agents=rows,
        failed_attempts=_failed_attempts(archive),
        totals=archive.totals(),
        best=None if best is None else rows[best],
        for_a_person=[f"a{agent}" for agent in oversight.for_a_person],
    )


def _agent_rows(archive: Archive, oversight: Oversight) -> list[AgentRow]:
    trials: dict[int, list[TrialRecord]] = defaultdict(list)
    for trial in archive.trials():
        trials[trial.agent].append(trial)
    failed: dict[int, int] = defaultdict(int)
    for attempt in archive.attempts():
        failed[attempt.parent] += attempt.state is AttemptState.FAILED
    agents = archive.agents()[: len(oversight.population)]  # a driver may have added one since the population was read
    children: dict[int, int] = defaultdict(int)
    for agent in agents:
        if agent.parent is not None:
            children[agent.parent] += 1
    return [
        _row(agent, trials[agent.number], children[agent.number], failed[agent.number], oversight) for agent in agents
    ]


def _row(agent: AgentRecord, trials: list[TrialRecord], children: int, failed: int, oversight: Oversight) -> AgentRow:
    population, bar, cause = oversight.population, oversight.bar(agent.number), oversight.cause(agent.number)
    scored = [t.verdict for t in trials if t.state is TrialState.SCORED and t.verdict and not t.on_tripwire]
    resolved = sum(verdict.resolved for verdict in scored)
    return AgentRow(
        agent=agent.label,
        parent=None if agent.parent is None else f"a{agent.parent}",
        name=plain(agent.manifest.name, limit=40),
        resolved=resolved,
        score=wilson(resolved, len(scored)),
        unscored=sum(t.state is TrialState.UNSCORED for t in trials if not t.on_tripwire),
        not_run=int(population.waiting[agent.number] + population.pending[agent.number]),
        stopped=bool(population.stopped[agent.number]),
        children=children,
        failed_attempts=failed,
        spent=_total(t.spent for t in trials),
        tampering=any(t.verdict.tampering for t in trials if t.verdict),
        parent_allowed=agent.eligible and bar is None,
        oversight=bar or "",
        because="" if cause is None else plain(f"a{cause.agent} {_SAID[cause.kind]} by {cause.by}: {cause.reason}"),
        proposal=plain(agent.proposal, limit=400),
    )


def _failed_attempts(archive: Archive) -> list[FailedAttempt]:
    return [_failed(attempt) for attempt in archive.attempts() if attempt.state is AttemptState.FAILED]


def _failed(attempt: AttemptRecord) -> FailedAttempt:
    task = f" {attempt.focus.task_id}" if attempt.focus.task_id else ""
    return FailedAttempt(
        attempt=attempt.attempt_id,
        parent=f"a{attempt.parent}",
        focus=f"{attempt.focus.kind}{task}",
        reason=str(attempt.failure or ""),
        detail=plain(attempt.detail, limit=300),
        tokens=attempt.spent.tokens,
        seconds=attempt.spent.seconds,
    )


def _total(spent: Iterable[Spent]) -> Spent:
    return sum(spent, Spent())


def percent(score: Interval) -> str:
    """Return `3/6 50 % [19-81]`, or `not measured`."""
    if not score.n:
        return "not measured"
    resolved = round(score.estimate * score.n)
    return f"{resolved}/{score.n} {score.estimate:.0%} [{score.low * 100:.0f}-{score.high * 100:.0f}]".replace(
        "%", " %"
    )


def duration(seconds: float) -> str:
    """Return seconds as people say them: `48 s`, `12 min`, `3.4 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def claim_word(claim: Claim | None) -> str:
    """Return what a confirmation is worth now, in a word or two."""
    if claim is None:
        return "not confirmed"
    return "no longer confirmed" if claim.word is Word.CONFIRMED and not claim.holds else str(claim.word)


def claim_text(claim: Claim | None) -> str:
    """Return what a confirmation is worth now, with its p, its n, and whom it is against."""
    if claim is None:
        return claim_word(claim)
    repeats = f" x {claim.repeats} repeats" if claim.repeats > 1 else ""
    figures = f"p {claim.p_holm:.2g}, n {claim.tasks} tasks{repeats}, against {' and '.join(claim.against)}"
    return f"{claim_word(claim)}: {figures}"
