"""What runs on a node: one actor with a thread for each slot, so that a slot that waits costs no process."""

import pickle

from dgm.cluster.failures import describe
from dgm.errors import DgmError
from dgm.ports import Handler, HandlerFactory
from dgm.values import Finished, Work


def run_work(handler: Handler, work: Work, starts: int) -> Finished:
    """Let the handler do the work; what it raises is recorded, and the work started again while starts are left."""
    error = "it was not started"
    for retries in range(starts):
        try:
            return Finished(work.work_id, handler(work), retries=retries)
        except Exception as raised:  # noqa: BLE001 - the worker's edge: whatever it raises is recorded
            error = describe(raised)
    return Finished(work.work_id, None, error, retries=max(0, starts - 1))


class NodeWorker:
    """Holds one node's handler, which all its slots share. The key of the endpoint is this process's own."""

    def __init__(self, factory: HandlerFactory) -> None:
        self._factory = factory
        self._handler: Handler | None = None

    def open(self) -> DgmError | None:
        """Build the handler. Returns what the node lacks."""
        try:
            self._handler = self._factory()
        except DgmError as error:
            return error
        return None

    def run(self, pickled: bytes, starts: int) -> bytes:
        """Do one piece of work, in a thread of its own. Takes `Work` and returns `Finished`, both pickled."""
        work: Work = pickle.loads(pickled)  # noqa: S301 - the driver's own bytes
        if self._handler is None:
            return pickle.dumps(Finished(work.work_id, None, "the node's handler is closed"))
        return pickle.dumps(run_work(self._handler, work, starts))

    def close(self) -> None:
        """Free the handler, and with it the sandboxes that still run."""
        handler, self._handler = self._handler, None
        if handler is not None:
            handler.close()
