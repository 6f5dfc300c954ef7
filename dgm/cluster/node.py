"""One node of the cluster as the driver sees it: its actor, and which of its slots are busy."""

import pickle
from collections.abc import Callable, Iterable
from typing import Any

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from dgm.cluster.connection import SLOT
from dgm.cluster.failures import without_paths
from dgm.cluster.node_worker import NodeWorker
from dgm.errors import DgmError, SandboxUnavailable
from dgm.ports import HandlerFactory
from dgm.values import Finished

OPEN_S = 180.0
"""For a node to start its process and open its sandbox and endpoint."""

CLOSE_S = 10.0
"""For nodes to free their handlers; after that their processes are killed."""


class Node:
    """One actor on one node, started again when its process dies. Used by one thread.

    Args:
        slots: pieces of work at once: threads of the actor.
        open_s: seconds that it may take to open, at the start and whenever it is started again.
        monotonic: seconds, for that deadline.
    """

    def __init__(
        self, node_id: str, slots: int, factory: HandlerFactory, open_s: float, monotonic: Callable[[], float]
    ) -> None:
        self.node_id = node_id
        self.slots = slots
        self.busy = 0
        self.stuck = 0
        """Slots of which the work was given up, and whose thread still runs."""
        self._factory, self._open_s, self._monotonic = factory, open_s, monotonic
        self.start()

    def start(self) -> None:
        """Start the actor's process and let it build its handler."""
        actor_class: Any = ray.remote(NodeWorker)
        here = NodeAffinitySchedulingStrategy(self.node_id, soft=False)
        self.busy = self.stuck = 0
        self.actor: Any = actor_class.options(
            num_cpus=0, resources={SLOT: self.slots}, max_concurrency=self.slots + 1, scheduling_strategy=here
        ).remote(self._factory)
        self.opening: Any = self.actor.open.remote()
        self._open_until_s = self._monotonic() + self._open_s

    @property
    def usable(self) -> int:
        """Slots whose threads come back."""
        return self.slots - self.stuck

    @property
    def free(self) -> int:
        """Slots that can take work now."""
        return 0 if self.opening is not None else self.usable - self.busy

    def look(self, timeout_s: float = 0.0) -> None:
        """Note whether the handler is built by now.

        Raises:
            DgmError: what the node lacks, or that its time to open has passed.
        """
        if self.opening is None:
            return
        ready, _ = ray.wait([self.opening], timeout=timeout_s)
        if not ready:
            if self._monotonic() >= self._open_until_s:
                raise SandboxUnavailable(f"the node {self.node_id[:8]!r} did not open within {self._open_s:.0f} s")
            return
        lacks = self._result(self.opening)
        self.opening = None
        if lacks is not None:
            raise lacks

    def run(self, packed: bytes, starts: int) -> Any:
        """Start work, pickled, in a free slot. Returns the reference to what becomes of it, for `ended`."""
        self.busy += 1
        return self.actor.run.remote(packed, starts)

    def kill(self) -> None:
        """End the actor's process, whatever runs in it."""
        ray.kill(self.actor)

    @staticmethod
    def ended(reference: Any) -> Finished:
        """Return what became of work. Raises RayError when its worker died."""
        finished: Finished = pickle.loads(ray.get(reference))  # noqa: S301 - our own worker's bytes
        return finished

    def _result(self, reference: Any) -> DgmError | None:
        try:
            lacks: DgmError | None = ray.get(reference)
        except RayError as error:
            return SandboxUnavailable(
                f"the node {self.node_id[:8]!r} cannot start its worker: {without_paths(str(error))}"
            )
        return lacks


def close_all(nodes: Iterable[Node]) -> None:
    """Let nodes free their handlers, all at once, then end their processes."""
    known = list(nodes)
    if known:
        ray.wait([node.actor.close.remote() for node in known], num_returns=len(known), timeout=CLOSE_S)
    for node in known:
        node.kill()
