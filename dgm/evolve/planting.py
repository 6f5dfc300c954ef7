"""How a run begins: founders are screened like children, and planted when all of them have passed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dgm.errors import ConfigError
from dgm.evolve.books import Books, Halt, UnderWay
from dgm.evolve.budget import Refused
from dgm.evolve.orders import SCREENING_S, Orders
from dgm.evolve.progress import Reason
from dgm.ports import Archive
from dgm.values import Failure, Finished, Manifest, ScreeningOutcome, Spent, Tree, WorkKind


@dataclass(slots=True)
class Planting:
    """Founders on their way into the archive.

    Args:
        founders: name to source, in the order of their numbers; those that the archive has are left out.
    """

    archive: Archive
    orders: Orders
    books: Books
    founders: Mapping[str, Tree]
    passed: dict[str, Manifest] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether every founder stands in the archive."""
        return not self.founders

    def start(self) -> Halt | None:
        """Open the screenings that fit the budget and are not under way. Returns why none can run."""
        busy = {work.name for work in self.books.under_way.values()}
        for name, tree in self.founders.items():
            if name in busy or name in self.passed:
                continue
            offered = self.books.budget.offer(WorkKind.SCREENING, SCREENING_S)
            if isinstance(offered, Refused):
                return None if self.books.under_way else Halt(Reason.FINISHED, offered.reason)
            work = self.orders.screening(name, tree, offered)
            lease = self.archive.open_screening(name, offered)
            under_way = UnderWay(WorkKind.SCREENING, offered, None, name, lease, tree.digest)
            self.books.opened(work, under_way)
            self.books.said.append(f"founder {name!r} is screened")
        return None

    def record(self, work: UnderWay, finished: Finished) -> Halt | None:
        """Charge a screening; plant the founders with the last one that passes.

        Raises:
            ConfigError: the founder did not pass.
        """
        outcome = finished.outcome
        if not isinstance(outcome, ScreeningOutcome):
            self._charge(work, ScreeningOutcome(None, Failure.LOST, "", work.charge(Spent(), 1)), finished.retries)
            reason = finished.error.strip().rpartition("\n")[2]
            return Halt(Reason.INFRASTRUCTURE, f"{work} failed: {reason}. Run `dgm doctor`, then resume.")
        self._charge(work, outcome, finished.retries)
        if outcome.must_stop is not None:
            return Halt(Reason.REFUSED, outcome.must_stop)
        if outcome.failure is Failure.INFRASTRUCTURE:
            return Halt(Reason.INFRASTRUCTURE, f"{work} failed: {outcome.detail}. Run `dgm doctor`, then resume.")
        if outcome.failure is not None or outcome.manifest is None:
            raise ConfigError(_refusal(work.name, outcome))
        self.passed[work.name] = outcome.manifest
        if self.passed.keys() == self.founders.keys():
            self._plant()
        return None

    def _charge(self, work: UnderWay, outcome: ScreeningOutcome, retries: int) -> None:
        spent = work.charge(outcome.spent, retries)
        self.archive.add_calls(outcome.calls, spent, note=f"screening of founder {work.name}", lease=work.number)
        self.books.settled(work, spent)

    def _plant(self) -> None:
        for name, tree in self.founders.items():
            record = self.archive.add_founder(tree, self.passed[name])
            self.books.add(None, eligible=record.eligible)
            text = f"founder {name!r} passed screening and is {record.label}"
            self.archive.add_event("founder", text)
            self.books.said.append(text)
        self.founders = {}


def _refusal(name: str, outcome: ScreeningOutcome) -> str:
    failed = next((step for step in outcome.steps if not step.passed), None)
    where = f" at the step {failed.name!r}" if failed is not None else ""
    reason = outcome.failure or "it has no manifest"
    return f"founder {name!r} does not pass screening{where}: {reason}: {outcome.detail}. Correct it, then start again."
