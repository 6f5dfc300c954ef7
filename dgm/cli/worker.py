"""What runs on a worker: adapters built from the configuration, and the three kinds of work."""

from dataclasses import dataclass, replace
from typing import assert_never

from dgm.cli.clock import SystemClock
from dgm.config import RunConfig
from dgm.evaluations import run_trial
from dgm.improve import run_attempt, run_screening
from dgm.models import open_models
from dgm.ports import Clock, Models, Sandbox
from dgm.sandbox import open_sandbox
from dgm.values import AttemptOrder, Bundle, Limits, Outcome, ScreeningOrder, TrialOrder, Work


@dataclass(frozen=True, slots=True)
class Worker:
    """Does trials, attempts and screenings. Thread-safe as its adapters are."""

    sandbox: Sandbox
    models: Models
    clock: Clock
    limits: Limits

    def __call__(self, work: Work) -> Outcome:
        """Do one piece of work, and bundle what it left here: the driver would compress for every slot."""
        outcome = self._outcome(work)
        return replace(outcome, artifacts=Bundle.of(outcome.artifacts))

    def _outcome(self, work: Work) -> Outcome:
        match work.order:
            case TrialOrder() as order:
                return run_trial(order, self.sandbox, self.models, self.clock, self.limits)
            case AttemptOrder() as order:
                return run_attempt(order, self.sandbox, self.models, self.clock, self.limits)
            case ScreeningOrder() as order:
                return run_screening(order, self.sandbox, self.models, self.clock, self.limits)
            case _:
                assert_never(work.order)

    def close(self) -> None:
        """Free the sandbox and the connections."""
        self.sandbox.close()
        self.models.close()


@dataclass(frozen=True, slots=True)
class WorkerFactory:
    """Builds a worker on whatever machine it is called. Carries configuration, never a key."""

    config: RunConfig

    def __call__(self) -> Worker:
        """Open the sandbox and the endpoint of this machine."""
        clock = SystemClock()
        need_price = self.config.budget.cost_usd is not None
        section = self.config.sandbox
        return Worker(
            open_sandbox(section.engine, image=section.image, require=section.require),
            open_models(self.config.models, clock=clock, need_price=need_price),
            clock,
            Limits(section.cpus, section.memory_mib, section.pids, section.disk_mib),
        )
