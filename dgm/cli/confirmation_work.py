"""One confirmation on an open run: what it depends on is settled, the user is asked, its trials are run."""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import click

from dgm.archive import Run
from dgm.cli import render
from dgm.cli.attending import every_second
from dgm.cli.confirmation_report import announce, beginning, uses_of
from dgm.cli.preparing import announce_sandbox, local_server, model_names_of, pin
from dgm.cli.progress import summary_of_confirmation, watcher
from dgm.cli.session import interrupted_by_signals, logging_to, open_executor
from dgm.cli.which_run import shown_path
from dgm.config import ConfirmSection, RunConfig, parse_config
from dgm.errors import ConfigError
from dgm.evaluations import suite_from_tree
from dgm.evolve import ModelNames
from dgm.evolve.confirming import (
    AGAINST,
    ConfirmationEnd,
    ConfirmationLoop,
    ConfirmationObserver,
    ConfirmationProgress,
    confirmation_budget,
    estimated_tokens,
    plan_confirmation,
    recalled,
    setting_digest,
    wanted,
)
from dgm.ports import Clock
from dgm.values import ConfirmationPlan, ConfirmationRecord, Side, Suite, TrialState, plain

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for; None: not said."""

    against: Sequence[Side] | None = None
    repeats: int | None = None
    tasks: int | None = None
    limits: Mapping[str, float | None] | None = None

    @property
    def names_a_plan(self) -> bool:
        """Whether anything was said of what is compared; else a confirmation that has not ended goes on."""
        return not (self.against is None and self.repeats is None and self.tasks is None)

    def section(self, given: ConfirmSection) -> ConfirmSection:
        """Return the section of run.toml with what was said."""
        said = {"repeats": self.repeats, **(self.limits or {})}
        return given.model_copy(update={key: value for key, value in said.items() if value is not None})


def confirmed(run: Run, agent: int, wishes: Wishes, clock: Clock, *, ask: bool) -> ConfirmationEnd:
    """Begin a confirmation, go on with one, or recall one that has ended with the same plan.

    Args:
        ask: before anything is spent.

    Raises:
        ConfigError: what was asked for cannot be done, or nobody is there to be asked.
        DgmError: as the loop and the adapters do.
    """
    config = parse_config(run.config_toml, source=shown_path(run.folder / "run.toml"))
    suite, section = suite_from_tree(run.assets["suite"]), wishes.section(config.confirm)
    draft = _planned(run, suite, agent, section, wishes, setting="")
    config = config.model_copy(update={"budget": confirmation_budget(section, draft)})
    level = announce_sandbox(config)
    config = pin(config, level)
    with (
        logging_to(run.log_path),
        interrupted_by_signals() as asked_to_stop,
        local_server(config, run.folder / "llama.log") as reachable,
    ):
        names = model_names_of(reachable)
        plan = _planned(run, suite, agent, section, wishes, setting_digest(config, names.solve, level))
        record = next((one for one in reversed(run.archive.confirmations()) if one.plan == plan), None)
        if record is not None and record.has_ended:
            return recalled(run.archive, record)
        _announce(run, plan, record)
        if ask:
            _ask()
        record = record or run.archive.open_confirmation(plan, beginning(run.archive, plan))
        limited = reachable.model_copy(update={"budget": confirmation_budget(section, plan)})
        return _worked(run, limited, suite, record, names, clock, asked_to_stop)


def _worked(
    run: Run,
    config: RunConfig,
    suite: Suite,
    record: ConfirmationRecord,
    names: ModelNames,
    clock: Clock,
    asked_to_stop: Callable[[], bool],
) -> ConfirmationEnd:
    with watcher(render.console(), summary_of_confirmation, lambda progress: progress.ended) as watching:
        loop = ConfirmationLoop(
            config,
            suite,
            record,
            names,
            run.archive,
            run.archive,
            open_executor(config),
            clock,
            observer=_logged(watching),
            stop=asked_to_stop,
            inbox=run.inbox,
            attending=every_second if config.cluster.executor == "inline" else nullcontext,
        )
        return loop.run()


def _planned(
    run: Run, suite: Suite, agent: int, section: ConfirmSection, wishes: Wishes, setting: str
) -> ConfirmationPlan:
    """Return what is asked for; where nothing was said of it, what an open confirmation of the agent does."""
    plan = plan_confirmation(
        run.archive, suite, agent, section, setting, against=wishes.against or AGAINST, tasks=wishes.tasks
    )
    if wishes.names_a_plan:
        return plan
    begun = (r.plan for r in reversed(run.archive.confirmations()) if not r.has_ended)
    same = (one for one in begun if (one.agent, one.setting, one.holdout) == (agent, setting, plan.holdout))
    return next(same, plan)


def _announce(run: Run, plan: ConfirmationPlan, record: ConfirmationRecord | None) -> None:
    ended = {one.key: one for one in run.archive.holdout_trials(plan.setting) if one.state is TrialState.SCORED}
    used = {
        agent: [one.spent.tokens for one in run.archive.trials(agent) if one.state is TrialState.SCORED]
        for agent in plan.agents
    }
    left = sum(1 for _ in wanted(plan, ended))
    announce(plan, left, uses_of(run.archive, plan, record), estimated_tokens(plan, ended, used))


def _ask() -> None:
    if not sys.stdin.isatty():
        raise ConfigError("nobody is there to be asked whether to begin: say --yes")
    click.confirm("Begin?", abort=True, err=True)


def _logged(observer: ConfirmationObserver) -> ConfirmationObserver:
    """Write what happens to the run's log, too."""

    def tell(progress: ConfirmationProgress) -> None:
        for event in progress.events:
            _log.info(plain(event))
        observer(progress)

    return tell
