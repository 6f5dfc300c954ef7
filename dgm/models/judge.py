"""Runs a gateway's requests to an end that is judged: the caller's failure, or the endpoint's.

What the endpoint does to the host's own question decides it (see `proof`); one question for all calls that fail
meanwhile. An endpoint that stays silent for long is asked before a call has failed, so that nobody waits out a lease.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from dgm.models.apis import Api
from dgm.models.faults import FaultKind, UpstreamFault
from dgm.models.in_flight import InFlight
from dgm.models.ledger import Charge, Ledger
from dgm.models.proof import Proof
from dgm.models.traffic import Traffic
from dgm.models.tries import Ending, Tries, failed
from dgm.models.upstream import Upstream
from dgm.ports import Clock

_CUT_SHORT = UpstreamFault(FaultKind.PASSING, "the question was cut short", worked=True)

RecordCheck = Callable[[float, UpstreamFault | None, Charge], None]
"""Writes a question of the host into the books: when it began, how the endpoint failed it, its charge."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an endpoint is waited for.

    Args:
        silent_s: seconds without any answer to anybody, after which it is asked whether it lives.
        proof_s: seconds in which it must answer the host's own question.
        left_s: returns the seconds that are left of the lease.
    """

    silent_s: float
    proof_s: float
    left_s: Callable[[], float]


class Judge:
    """What a gateway knows of its endpoint. Used on one event loop.

    Attributes:
        failed: the endpoint itself failed, so that what the agent did then proves nothing.
        refused: why the endpoint refuses the key or the model; None: it does not.
    """

    def __init__(
        self, upstream: Upstream, ledger: Ledger, model: str, *, patience: Patience, clock: Clock, record: RecordCheck
    ) -> None:
        self._upstream = upstream
        self._ledger = ledger
        self._model = model
        self._patience = patience
        self._clock = clock
        self._record = record
        self._in_flight = InFlight()
        self._traffic = Traffic()
        self._question: asyncio.Task[UpstreamFault | None] | None = None
        self._lacking: dict[Api, Ending] = {}
        self._answered = False
        self._trusted = False  # it was silent for long before, and lived
        self._in_doubt = False  # a caller went away from an endpoint that had not answered
        self.failed = False
        self.refused: str | None = None

    def agents_call(self) -> AbstractContextManager[None]:
        """Note a call of the agent's: a limit that it meets by too many is its own doing."""
        return self._traffic.call(self._clock.monotonic(), self._ledger.used_share)

    async def run(self, api: Api, tries: Tries) -> Ending:
        """Send a request until it is answered, or it is clear whose failure it was."""
        if api in self._lacking:
            return self._lacking[api]
        if self.failed and (fault := await self._still_failed()) is not None:
            return failed(fault)
        try:
            ending = await self._watched(tries)
            if ending.fault is not None:
                ending = await self._judged(api, ending.fault, tries)
        except asyncio.CancelledError:
            self._in_doubt = self._in_doubt or tries.fault is not None or not self._answered
            raise
        self._answered = self._answered or ending.reply.status == 200
        return ending

    async def close(self) -> None:
        """Settle whose failure it was, where a caller went away before that was clear."""
        if self._in_doubt and not self.failed and self.refused is None:
            await self._endpoint_fault()
        if self._question is not None:
            self._question.cancel()
            await asyncio.gather(self._question, return_exceptions=True)

    async def _watched(self, tries: Tries) -> Ending:
        """Send, and ask an endpoint of which nothing is heard for too long; what it then fails is judged already."""
        began_at_s = self._clock.monotonic()
        sent = asyncio.ensure_future(self._in_flight.run(tries.run))
        try:
            while not sent.done():
                wait_s = None if self._trusted else self._patience_left_s(began_at_s)
                if wait_s is None or wait_s > 0:
                    await asyncio.wait({sent}, timeout=wait_s)
                elif (fault := await self._endpoint_fault()) is not None:
                    return replace(failed(fault), fault=None)
                else:
                    self._trusted = True
            return sent.result()
        finally:
            sent.cancel()
            await asyncio.gather(sent, return_exceptions=True)

    def _patience_left_s(self, began_at_s: float) -> float:
        pulse = self._upstream.pulse
        return pulse.patience_s(self._patience.silent_s) - pulse.silent_s(began_at_s)

    async def _judged(self, api: Api, fault: UpstreamFault, tries: Tries) -> Ending:
        """Find out whose failure it was; an endpoint that works is given the request once more."""
        endpoint_fault = await self._endpoint_fault()
        if endpoint_fault is not None:
            return failed(endpoint_fault)
        if fault.kind is FaultKind.LACKING:
            self._lacking[api] = failed(fault)
            return self._lacking[api]
        return await self._in_flight.run(lambda: tries.run(most=1))

    async def _still_failed(self) -> UpstreamFault | None:
        """Ask an endpoint that has failed, briefly: each call would else wait for it as long as the first."""
        return await self._proved(lambda proof: proof.briefly())

    async def _endpoint_fault(self) -> UpstreamFault | None:
        """Ask the endpoint a question of our own: one for all calls that fail meanwhile."""
        if self._question is None or self._question.done():
            self._question = asyncio.ensure_future(self._asked())
        return await asyncio.shield(self._question)

    async def _asked(self) -> UpstreamFault | None:
        """Ask, and note a failure of the endpoint for the report, unless it is the agent's own flood that it shows."""
        was_flood = self._is_flood()
        fault = await self._proved(lambda proof: proof.run(self._in_flight, most_s=self._patience.left_s()))
        if fault is None or (fault.may_be_load and (was_flood or self._is_flood())):
            return None
        if fault.kind is FaultKind.REFUSED:
            self.refused = str(fault)
        else:
            self.failed = True
        return fault

    async def _proved(self, ask: Callable[[Proof], Coroutine[Any, Any, UpstreamFault | None]]) -> UpstreamFault | None:
        """Ask, and write it into the books whatever comes of it."""
        began_at_s = self._clock.monotonic()
        proof = Proof(self._upstream, self._ledger, self._model, timeout_s=self._patience.proof_s)
        fault: UpstreamFault | None = _CUT_SHORT
        try:
            fault = await ask(proof)
        finally:
            self._record(began_at_s, fault, proof.charge)
        return fault

    def _is_flood(self) -> bool:
        return self._traffic.is_flood(self._clock.monotonic(), self._ledger.used_share)
