"""What is shown of a run. Nothing that a trial could come to instead of being resolved lifts its agent anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dgm.cli.views import RunView, view_run
from dgm.config import parse_config
from dgm.simulation.memory import MemoryArchive
from dgm.values import Decision, Feedback, Finish, Lease, Suite, Tree, TrialOutcome, Verdict
from tests.archive.examples import FOUNDER, LEVEL, MANIFEST, SPENT, open_attempt, success
from tests.evaluations.builders import pytest_task
from tests.fakes import FakeClock

TASKS = tuple(f"t{number}" for number in range(6))
SUITE = Suite(
    "tiny", "1", "d" * 64, "MIT", Feedback.NONE, (3, 6), tuple(replace(pytest_task(), task_id=t) for t in TASKS)
)
CONFIGS = [
    parse_config("[budget]\nattempts = 9\n", [f"evolve.strategy={name}"]) for name in ("dgm", "dgmh", "hgm", "sica")
]
RESOLVED = Finish.RESOLVED.value
NOT_RESOLVED = (
    *(finish.value for finish in Finish if finish is not Finish.RESOLVED),
    "unscored",
    "worker lost",
    "open",
    "",
)
"""What else may become of a trial: every other finish, no score, no worker, no end, and that it was never started."""

Lines = Sequence[Mapping[str, str]]
"""For each agent, task to what its trial came to."""


def shown(config_number: int, lines: Lines) -> RunView:
    archive = MemoryArchive(FakeClock())
    archive.add_founder(FOUNDER, MANIFEST)
    for number in range(1, len(lines)):
        child = Tree.of({**{path: FOUNDER.text(path) for path in FOUNDER}, "number.txt": str(number)})
        archive.close_attempt(success(open_attempt(archive), child))
    for agent, line in enumerate(lines):
        for task, came_to in line.items():
            if came_to:
                _record(archive, agent, task, came_to)
    return view_run(CONFIGS[config_number], SUITE, archive)


def _record(archive: MemoryArchive, agent: int, task: str, came_to: str) -> None:
    decision = Decision("dgm", "evaluate", agent, (task,), {}, "{}")
    (trial,) = archive.open_trials(agent, [(task, 0, Lease(100, 1.0, 60.0))], decision)
    if came_to == "worker lost":
        lease = next(lease for lease in archive.open_leases() if lease.trial_id == trial)
        archive.settle_lost(lease, "its worker died")
    elif came_to != "open":
        archive.close_trial(_outcome(trial, came_to))


def _outcome(trial: int, came_to: str) -> TrialOutcome:
    outcome = TrialOutcome(trial, None, FOUNDER.digest, "d" * 64, LEVEL, SPENT, infrastructure="gone")
    if came_to == "unscored":
        return outcome
    resolved = came_to == RESOLVED
    return replace(outcome, verdict=Verdict(resolved, Finish(came_to), int(resolved), 1), infrastructure=None)


def lines_of(seed: int) -> list[dict[str, str]]:
    """Draw three agents' outcomes from one number, which is faster than one draw of hypothesis for each."""
    rng = Random(seed)
    possible = (*[RESOLVED] * 8, *NOT_RESOLVED)
    return [{task: rng.choice(possible) for task in TASKS} for _ in range(3)]


def place(view: RunView, agent: int) -> int:
    """Return how many agents stand before one in the table, by what is shown."""
    scores = [(row.score.estimate, row.score.low) for row in view.agents]
    return sum(score > scores[agent] for score in scores)


@given(st.integers(0, 2**32), st.sampled_from(NOT_RESOLVED), st.integers(0, len(CONFIGS) - 1))
def test_no_other_end_than_resolved_lifts_an_agent_anywhere_in_what_is_shown(
    seed: int, came_to: str, config_number: int
) -> None:
    lines, rng = lines_of(seed), Random(seed)
    agent, task = rng.randrange(len(lines)), rng.choice(TASKS)
    better, worse = ([*lines[:agent], lines[agent] | {task: end}, *lines[agent + 1 :]] for end in (RESOLVED, came_to))

    before, after = shown(config_number, better), shown(config_number, worse)

    was, now = before.agents[agent], after.agents[agent]
    assert now.resolved == was.resolved - 1
    assert (now.score.estimate, now.score.low) <= (was.score.estimate, was.score.low)
    assert place(after, agent) >= place(before, agent)
    assert after.best != now or before.best == was


@given(st.integers(0, 2**32), st.sampled_from([finish for finish in Finish if finish is not Finish.RESOLVED]))
def test_a_trial_that_ended_in_any_way_stays_in_the_denominator(seed: int, finish: Finish) -> None:
    lines, rng = lines_of(seed), Random(seed)
    agent, task = rng.randrange(len(lines)), rng.choice(TASKS)
    lines[agent][task] = finish.value

    row = shown(0, lines).agents[agent]

    assert row.score.n == sum(came_to in {finish.value for finish in Finish} for came_to in lines[agent].values())
