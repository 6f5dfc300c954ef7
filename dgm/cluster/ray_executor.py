"""Runs work in the slots of a Ray cluster, of this machine alone or of many."""

import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import ray
from ray.exceptions import RayError

from dgm.cluster.connection import LOCAL, SLOT, connected
from dgm.cluster.node import OPEN_S, Node, close_all
from dgm.cluster.packing import Packer
from dgm.errors import ConfigError, DgmError
from dgm.ports import HandlerFactory
from dgm.values import STARTS, Finished, Work

LOOK_S = 1.0
"""How often deadlines are looked at, and LOOK_FOR_NODES_S how often nodes that came or went are looked for."""
LOOK_FOR_NODES_S = 10.0


@dataclass(frozen=True, slots=True)
class _Job:
    """Work in a slot, or on its way to one. `actor` tells whether its node was started anew meanwhile."""

    work: Work
    starts_left: int = STARTS
    node: Node | None = None
    actor: Any = None
    overdue_at_s: float = 0.0


class RayExecutor:
    """Slots on a cluster. Used by one thread.

    Args:
        factory: builds the handler on each node, from that machine's own environment.
        slots: of this machine with `local`, else the most that are used; None: one for each core of this machine, or
            all that the nodes of the cluster offer.
        address: `local`, or the address of a cluster whose nodes have the resource `sandbox`.
        open_s: seconds that a node may take to start its process and open its sandbox and endpoint.
        monotonic: seconds, for deadlines.

    Raises:
        ConfigError: no cluster answers, or none of its nodes has a slot.
        DgmError: what the nodes lack.
    """

    def __init__(
        self,
        factory: HandlerFactory,
        slots: int | None = None,
        *,
        address: str = LOCAL,
        open_s: float = OPEN_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._factory, self._most, self._open_s, self._monotonic = factory, slots, open_s, monotonic
        self._nodes: dict[str, Node] = {}
        self._queue: deque[_Job] = deque()
        self._jobs: dict[Any, _Job] = {}
        self._given_up: dict[Any, _Job] = {}
        self._packer = Packer()
        self._looked_at_s = float("-inf")
        self._why_no_node = "no node of the cluster is left"
        with ExitStack() as opening:
            opening.enter_context(connected(address, slots or len(os.sched_getaffinity(0))))
            self._look_for_nodes()
            self._open_nodes(address)
            self._held = opening.pop_all()

    @property
    def slots(self) -> int:
        """Slots of the nodes that are open; while none is, of those that may yet open: work can wait for them."""
        opened = [node for node in self._nodes.values() if node.opening is None]
        offered = sum(node.usable for node in opened or self._nodes.values())
        return offered if self._most is None else min(offered, self._most)

    def submit(self, work: Work) -> None:
        """Start work, or queue it when every slot is busy."""
        self._queue.append(_Job(work))
        self._dispatch()

    def wait(self, timeout_s: float) -> tuple[Finished, ...]:
        """Return what has finished, is lost, or has passed its deadline."""
        until = self._monotonic() + timeout_s
        while True:
            self._look_for_nodes()
            finished = self._collect(min(LOOK_S, max(0.0, until - self._monotonic())))
            self._dispatch()
            if finished or self._monotonic() >= until or not (self._jobs or self._queue):
                return finished

    def close(self) -> None:
        """Stop all work and leave the cluster. Safe to call twice."""
        close_all(self._nodes.values())
        self._nodes.clear()
        self._queue.clear()
        self._jobs.clear()
        self._held.close()

    # Work.

    def _dispatch(self) -> None:
        """Hand queued work to free slots, the emptiest node first."""
        while self._queue and self._nodes:
            node = max(self._nodes.values(), key=lambda known: known.free)
            if node.free <= 0:
                return
            job = self._queue.popleft()
            reference = node.run(self._packer.pack(job.work), 1)
            due = self._monotonic() + job.work.deadline_s
            self._jobs[reference] = replace(job, node=node, actor=node.actor, overdue_at_s=due)

    def _collect(self, timeout_s: float) -> tuple[Finished, ...]:
        references = [*self._jobs, *self._given_up]
        openings = [node.opening for node in self._nodes.values() if node.opening is not None]
        ready = _ready(references)
        if not ready and (references or openings):
            ray.wait([*references, *openings], timeout=timeout_s)
            ready = _ready(references)
        ended = [self._end(reference) for reference in ready]
        return tuple(finished for finished in [*ended, *self._overdue(), *self._stranded()] if finished is not None)

    def _end(self, reference: Any) -> Finished | None:
        """Return what ended; None when it is started again, which is done and counted here only, not by the worker."""
        if (late := self._given_up.pop(reference, None)) is not None:
            self._free_stuck(late)
            return None
        job = self._jobs.pop(reference)
        try:
            finished = Node.ended(reference)
        except RayError as error:
            return self._lost(job, error)
        self._free(job)
        if finished.outcome is None and job.starts_left > 1:
            self._queue.appendleft(_Job(job.work, job.starts_left - 1))
            return None
        return replace(finished, retries=STARTS - job.starts_left)

    def _lost(self, job: _Job, error: RayError) -> Finished | None:
        """Start lost work again where a start is left; the node's process is started anew for all of it."""
        if job.node is not None and job.node.actor is job.actor:
            self._restart(job.node)
        if job.starts_left > 1:
            self._queue.appendleft(_Job(job.work, job.starts_left - 1))
            return None
        return Finished(
            job.work.work_id, None, f"its worker died: {type(error).__name__}", retries=STARTS - job.starts_left
        )

    def _overdue(self) -> list[Finished]:
        now = self._monotonic()
        late = [reference for reference, job in self._jobs.items() if job.overdue_at_s <= now]
        return [self._give_up(reference) for reference in late]

    def _give_up(self, reference: Any) -> Finished:
        job = self._jobs.pop(reference)
        self._given_up[reference] = job
        if job.node is not None and job.node.actor is job.actor:
            job.node.busy -= 1
            job.node.stuck += 1
            if job.node.stuck >= job.node.slots:
                self._restart(job.node)
        error = f"no answer within {job.work.deadline_s:.0f} s: its worker is taken as lost"
        return Finished(job.work.work_id, None, error, retries=STARTS - job.starts_left)

    def _stranded(self) -> list[Finished]:
        """Return queued work as lost when no node is left to take it."""
        if self._nodes:
            return []
        stranded = [
            Finished(job.work.work_id, None, self._why_no_node, retries=STARTS - job.starts_left) for job in self._queue
        ]
        self._queue.clear()
        return stranded

    def _free(self, job: _Job) -> None:
        if job.node is not None and job.node.actor is job.actor:
            job.node.busy -= 1

    def _free_stuck(self, job: _Job) -> None:
        if job.node is not None and job.node.actor is job.actor:
            job.node.stuck -= 1

    # Nodes.

    def _look_for_nodes(self) -> None:
        """Take in nodes that came, drop those that went, and open those that were started anew."""
        now = self._monotonic()
        if now - self._looked_at_s >= LOOK_FOR_NODES_S:
            self._looked_at_s = now
            offered = {n["NodeID"]: int(n["Resources"].get(SLOT, 0)) for n in _alive()}
            for gone in self._nodes.keys() - offered.keys():
                del self._nodes[gone]
            for node_id, slots in offered.items():
                if slots > 0 and node_id not in self._nodes:
                    self._nodes[node_id] = self._node(node_id, slots)
        for node in [node for node in self._nodes.values() if node.opening is not None]:
            self._drop_unless_it_opens(node)

    def _drop_unless_it_opens(self, node: Node) -> None:
        try:
            node.look()
        except DgmError as error:
            self._why_no_node = f"no node of the cluster is left, since {error}"
            node.kill()
            del self._nodes[node.node_id]

    def _node(self, node_id: str, slots: int) -> Node:
        return Node(node_id, slots, self._factory, self._open_s, self._monotonic)

    def _open_nodes(self, address: str) -> None:
        if not self._nodes:
            raise ConfigError(
                f"no node of the cluster at {address!r} has the resource {SLOT!r}: start its nodes with "
                f"""`ray start --resources='{{"{SLOT}": 8}}'`"""
            )
        errors: list[DgmError] = []
        for node in list(self._nodes.values()):
            try:
                node.look(self._open_s)
            except DgmError as error:
                errors.append(error)
                node.kill()
                del self._nodes[node.node_id]
        if not self._nodes:
            raise errors[0]

    def _restart(self, node: Node) -> None:
        node.kill()
        node.start()


def _ready(references: list[Any]) -> list[Any]:
    """Return those of which the work has ended by now."""
    return list(ray.wait(references, num_returns=len(references), timeout=0)[0]) if references else []


def _alive() -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return [node for node in nodes if node["Alive"]]
