"""The books of one attempt or screening: what it may spend, what it has spent, and the transcripts to keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dgm.ports import Clock, Gateway, Models
from dgm.values import Call, GatewayReport, Lease, Spent


@dataclass
class Account:
    """One lease, handed down in parts: every gateway is charged here when it has closed. Used by one thread.

    Seconds are those of the wall since the account was made.
    """

    lease: Lease
    clock: Clock
    calls: list[Call] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    _started_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._started_s = self.clock.monotonic()

    @property
    def spent(self) -> Spent:
        """What was used so far."""
        seconds = self.clock.monotonic() - self._started_s
        return GatewayReport(tuple(self.calls)).spent + Spent(seconds=seconds)

    def left(self, share: float = 1.0) -> Lease:
        """Return a share of what is left of the lease."""
        left = self.lease.minus(self.spent)
        return Lease(int(left.tokens * share), left.cost_usd * share, left.seconds * share)

    def append(self, artifact: str, data: bytes) -> None:
        """Keep bytes under a name, after what stands there already; nothing is kept of nothing."""
        if data:
            self.artifacts[artifact] = self.artifacts.get(artifact, b"") + data

    def keep(self, artifact: str, data: bytes) -> None:
        """Keep bytes under a name, instead of what stands there already."""
        self.artifacts[artifact] = data

    @contextmanager
    def gateway(self, models: Models, model: str, lease: Lease, *, purpose: str, artifact: str) -> Iterator[Gateway]:
        """Open a gateway, charge what went through it, and keep its transcript under the name `artifact`.

        Raises:
            ModelError: it cannot be opened.
        """
        opened: Gateway | None = None
        try:
            with models.open(model, lease, purpose=purpose) as opened:
                yield opened
        finally:
            if opened is not None:
                report = opened.report()
                self.calls.extend(report.calls)
                self.append(artifact, report.transcript)
