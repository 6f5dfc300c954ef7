"""Whose failure was it? After a call has failed, the host asks the endpoint something of its own.

Only what the endpoint does to that counts as its failure: a request that makes a server answer 500, or never end,
must not turn its agent's trial into one that is not scored. Nor must a flood of requests: an endpoint that fails the
question is asked again in silence, and, while it only says that it is busy, for longer than such limits last.
"""

import asyncio

from dgm.models.apis import Api
from dgm.models.faults import LACKING, FaultKind, UpstreamFault
from dgm.models.in_flight import InFlight
from dgm.models.ledger import Charge, Ledger
from dgm.models.replies import Json
from dgm.models.upstream import Upstream

QUESTION_TOKENS = 64
"""Held back for the question; fewer than for any request, so that a lease that paid one can pay this."""
BUSY_TIMES = 3
"""How much longer than for an answer a busy endpoint is waited for: limits by the minute pass in the usual 60 s."""
_BRIEF = 1 / 4
"""Of the time for the whole proof: what one more try may take at its end, and the first one amid other requests."""
_FIRST_PAUSE = 1 / 40


class Proof:
    """Questions to one endpoint, on a lease. What they cost stands in `charge`, also after a cancellation.

    Args:
        timeout_s: seconds in which the endpoint must answer; the whole proof ends within one and a half of them, but
            for an endpoint that is busy.
    """

    def __init__(self, upstream: Upstream, ledger: Ledger, model: str, *, timeout_s: float) -> None:
        self._upstream = upstream
        self._ledger = ledger
        self._model = model
        self._timeout_s = timeout_s
        self.charge = Charge()

    async def run(self, in_flight: InFlight, *, most_s: float) -> UpstreamFault | None:
        """Ask until it is clear whether the endpoint works; return how it failed, if it did.

        Args:
            in_flight: this gateway's own requests; interrupted where the endpoint fails the question beside them.
            most_s: seconds for which an endpoint that is busy is waited for, if that is longer.
        """
        if in_flight:
            fault = await self.briefly()
            if fault is None or fault.kind is FaultKind.REFUSED:
                return fault
        async with in_flight.silence():
            return await self._patiently(max(self._timeout_s, min(BUSY_TIMES * self._timeout_s, most_s)))

    async def briefly(self) -> UpstreamFault | None:
        """Ask once, in a part of the time."""
        return await self._ask(self._timeout_s * _BRIEF)

    async def _patiently(self, busy_s: float) -> UpstreamFault | None:
        """Ask again, more and more slowly or as it wishes, while the endpoint says that it is busy."""
        now_s = asyncio.get_running_loop().time
        began_s, brief_s = now_s(), self._timeout_s * _BRIEF
        pause_s = self._timeout_s * _FIRST_PAUSE
        while True:
            fault = await self._ask(max(self._timeout_s - (now_s() - began_s), brief_s))
            if fault is None or not fault.is_busy:
                return fault
            wait_s = max(pause_s, fault.retry_after_s or 0.0)
            if now_s() - began_s + wait_s > busy_s:
                return fault
            await asyncio.sleep(wait_s)
            pause_s = min(2 * pause_s, brief_s)

    async def _ask(self, timeout_s: float) -> UpstreamFault | None:
        """Ask for one token; where that cannot be paid, and of a local server, for the list of models."""
        # It answers one completion after the other, perhaps a long one of another slot, and its list at any time.
        held = None if self._upstream.is_local else self._ledger.reserve(QUESTION_TOKENS, 1)
        if held is None:
            return await fault_of(self._upstream, None, timeout_s=timeout_s)
        settle = self._ledger.keep
        try:
            fault = await fault_of(self._upstream, self._model, timeout_s=timeout_s)
            if fault is not None and not fault.worked:
                settle = self._ledger.release
        finally:
            self.charge += settle(held)
        return fault


async def fault_of(upstream: Upstream, model: str | None, *, timeout_s: float) -> UpstreamFault | None:
    """Ask a model for one token, or for the list of models where None; return how the endpoint failed, if it did."""
    try:
        if model is None:
            await upstream.models(timeout_s=timeout_s)
        else:
            await upstream.send(Api.CHAT, _question(model), timeout_s=timeout_s)
    except UpstreamFault as fault:
        if model is None and fault.status in LACKING:
            return None
        # Something is wrong with the question, such as its limit's name: then the endpoint can still judge requests.
        return fault if fault.kind in {FaultKind.PASSING, FaultKind.REFUSED} else None
    return None


def _question(model: str) -> Json:
    return {"model": model, "messages": [{"role": "user", "content": "Say ok."}], "max_tokens": 1}
