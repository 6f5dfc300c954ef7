"""`dgm replay`: a recorded trial once more, answered from its own transcript."""

from dataclasses import dataclass
from pathlib import Path

import click

from dgm.archive import Run
from dgm.cli import render
from dgm.cli.clock import SystemClock
from dgm.cli.inspecting import find_agent, json_option, reading
from dgm.cli.which_run import run_option
from dgm.config import RunConfig, parse_config
from dgm.errors import ConfigError, SandboxError
from dgm.evaluations import run_trial, suite_of_run
from dgm.evolve import ModelNames
from dgm.evolve.orders import Orders
from dgm.models import Recording, Replayed, ReplayModels
from dgm.sandbox import open_sandbox
from dgm.values import Limits, SandboxLevel, TrialOrder, TrialRecord, Verdict

DIFFERS = 7
"""Exit code where a replay ends in another verdict."""
TRANSCRIPT = "transcript.jsonl"


@dataclass(frozen=True, slots=True)
class Replay:
    """One trial as it was recorded, and as it went once more."""

    recorded: Verdict
    again: Verdict
    level: SandboxLevel | None
    models: Replayed

    @property
    def is_same(self) -> bool:
        """Whether both verdicts say the same; why an answer counts as tampering may be said in other words."""
        return _said(self.recorded) == _said(self.again)


@click.command()
@click.argument("agent")
@click.argument("task")
@run_option
@click.option("--repeat", type=click.IntRange(0), default=0, show_default=True, help="Which trial of the task.")
@click.option("--sandbox", "engine", type=click.Choice(["docker", "bubblewrap"]), help="[default: as in the run]")
@json_option
def replay(agent: str, task: str, run_dir: Path | None, repeat: int, engine: str | None, as_json: bool) -> None:
    """Run a recorded trial of AGENT on TASK again: its model is its transcript.

    Spends nothing and changes nothing in the run. Exits with 0 when the verdict is the recorded one, else with 7.
    """
    with reading(run_dir) as run:
        config = parse_config(run.config_toml)
        trial = _find_trial(run, find_agent(run.archive, agent).number, task, repeat)
        transcript = run.archive.artifact(trial.artifacts[TRANSCRIPT], of=trial)
        order = _order(run, config, trial, transcript)
    assert trial.verdict is not None, "a scored trial has a verdict"  # noqa: S101
    replayed = _replayed(config, engine or config.sandbox.engine, order, transcript, trial.verdict)
    if as_json:
        render.print_json({"same": replayed.is_same, **_fields(replayed)})
    else:
        _show(trial, replayed)
    raise SystemExit(0 if replayed.is_same else DIFFERS)


def _find_trial(run: Run, agent: int, task: str, repeat: int) -> TrialRecord:
    """Return a trial that was scored and has left its transcript. Raises ConfigError."""
    trials = {(trial.task_id, trial.repeat): trial for trial in run.archive.trials(agent)}
    trial = trials.get((task, repeat))
    if trial is None:
        tried = ", ".join(sorted({repr(name) for name, _ in trials})) or "none"
        raise ConfigError(f"a{agent} has no trial {repeat} of the task {task!r}; it was tried on: {tried}")
    if trial.verdict is None or TRANSCRIPT not in trial.artifacts:
        raise ConfigError(f"the trial of a{agent} on {task!r} has no verdict: there is nothing to compare with")
    return trial


def _order(run: Run, config: RunConfig, trial: TrialRecord, transcript: bytes) -> TrialOrder:
    """Build the trial's order again: its tree, its task and its lease as they were."""
    model = Recording(transcript).model or config.models.solve or config.models.name or "model"
    suite = suite_of_run(run.assets)
    orders = Orders(config, suite, run.archive, ModelNames(model, model, model))
    lease = run.archive.trial_lease(trial.trial_id)
    order = orders.trial(trial.trial_id, trial.agent, trial.task_id, trial.repeat, lease).order
    assert isinstance(order, TrialOrder)  # noqa: S101 - of this kind of work
    return order


def _replayed(config: RunConfig, engine: str, order: TrialOrder, transcript: bytes, recorded: Verdict) -> Replay:
    """Run the trial. Raises SandboxError where it cannot be scored now."""
    clock, section, rules = SystemClock(), config.sandbox, config.models
    limits = Limits(section.cpus, section.memory_mib, section.pids, section.disk_mib)
    sandbox = open_sandbox(engine, image=section.image)
    models = ReplayModels(transcript, max_tokens=rules.max_tokens, temperature=rules.temperature, clock=clock)
    try:
        outcome = run_trial(order, sandbox, models, clock, limits)
    finally:
        models.close()
        sandbox.close()
    if outcome.verdict is None:
        raise SandboxError(f"the replay could not be scored: {outcome.infrastructure}")
    return Replay(recorded, outcome.verdict, outcome.level, models.replayed)


def _said(verdict: Verdict) -> tuple[object, ...]:
    flagged = verdict.tampering is not None
    return (verdict.resolved, verdict.finish, verdict.passed, verdict.total, verdict.failed, flagged)


def _fields(replay: Replay) -> dict[str, object]:
    return {"recorded": replay.recorded, "replayed": replay.again, "engine": replay.level, "calls": replay.models}


def _show(trial: TrialRecord, replay: Replay) -> None:
    models = replay.models
    engine = replay.level.engine if replay.level else "-"
    rows = [
        ("recorded", trial.engine, *_cells(replay.recorded)),
        ("replayed", engine, *_cells(replay.again)),
    ]
    render.console().print(render.plain_table(("", "engine", "verdict", ">tests", "failed"), rows))
    like = f", {models.like} of them by records that differ in numbers, times or temporary names" if models.like else ""
    click.echo(f"{models.calls - len(models.new)} of {models.calls} calls were answered from the transcript{like}")
    for number in models.new:
        click.echo(f"diverged at call {number}: it was never recorded")
    if models.left:
        click.echo(f"{models.left} recorded calls were not made")
    if models.omitted:
        click.echo(f"{models.omitted} calls stand in the transcript without their texts: it was full")
    click.echo("the same verdict" if replay.is_same else "another verdict")


def _cells(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.finish.value, f"{verdict.passed}/{verdict.total}", ", ".join(verdict.failed)
