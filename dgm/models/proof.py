"""Whose failure was it? After a call has failed, the host asks the endpoint something of its own.

Only what the endpoint does to that counts as its failure: a request that makes a server answer 500, or never end,
must not turn its agent's trial into one that is not scored. Nor must a flood of requests: an endpoint that fails the
question is asked again in silence, and for as long as it only says that it is busy.
"""

import asyncio

from dgm.models.in_flight import InFlight
from dgm.models.ledger import Charge, Ledger
from dgm.models.replies import Json
from dgm.models.upstream import NO_LIST, FaultKind, Upstream, UpstreamFault

QUESTION_TOKENS = 64
"""Held back for the question; fewer than for any request, so that a lease that paid one can pay this."""
_BUSY = frozenset({429, 503, 529})
_FIRST_PAUSE = 1 / 40
_SHARE = 1 / 4
"""Of the time for the whole proof: what one more try may take at its end, and the first one amid other requests."""


async def ask_of_our_own(
    upstream: Upstream, ledger: Ledger, model: str, in_flight: InFlight, *, timeout_s: float
) -> tuple[UpstreamFault | None, Charge]:
    """Ask for one token, on the lease; where that cannot be paid, and of a local server, for the list of models.

    Args:
        in_flight: this gateway's own requests; interrupted where the endpoint fails the question beside them.
        timeout_s: seconds in which the endpoint must answer; all of this ends within one and a half of them.

    Returns:
        How the endpoint failed, or None when it works; and what the questions were charged.
    """
    charge = Charge()
    if in_flight:
        fault, charge = await _asked(upstream, ledger, model, timeout_s=timeout_s * _SHARE)
        if fault is None or fault.kind is FaultKind.REFUSED:
            return fault, charge
    async with in_flight.silence():
        fault, more = await _asked_patiently(upstream, ledger, model, timeout_s=timeout_s)
    return fault, charge + more


async def _asked_patiently(
    upstream: Upstream, ledger: Ledger, model: str, *, timeout_s: float
) -> tuple[UpstreamFault | None, Charge]:
    """Ask again, more and more slowly or as it wishes, while the endpoint says that it is busy."""
    now_s = asyncio.get_running_loop().time
    ends_s = now_s() + timeout_s
    pause_s, charge = timeout_s * _FIRST_PAUSE, Charge()
    while True:
        fault, more = await _asked(upstream, ledger, model, timeout_s=max(ends_s - now_s(), timeout_s * _SHARE))
        charge += more
        if fault is None or fault.status not in _BUSY or fault.kind is FaultKind.REFUSED:
            return fault, charge
        wait_s = max(pause_s, fault.retry_after_s or 0.0)
        if now_s() + wait_s > ends_s:
            return fault, charge
        await asyncio.sleep(wait_s)
        pause_s = min(2 * pause_s, timeout_s * _SHARE)


async def _asked(
    upstream: Upstream, ledger: Ledger, model: str, *, timeout_s: float
) -> tuple[UpstreamFault | None, Charge]:
    # A local server answers one completion after the other, perhaps a long one of another slot; its list at any time.
    held = None if upstream.is_local else ledger.reserve(QUESTION_TOKENS, 1)
    if held is None:
        return await fault_of(upstream, None, timeout_s=timeout_s), Charge()
    charge = ledger.keep
    try:
        fault = await fault_of(upstream, model, timeout_s=timeout_s)
        if fault is not None and not fault.worked:
            charge = ledger.release
    finally:
        charged = charge(held)
    return fault, charged


async def fault_of(upstream: Upstream, model: str | None, *, timeout_s: float) -> UpstreamFault | None:
    """Ask a model for one token, or for the list of models where None; return how the endpoint failed, if it did."""
    try:
        async with asyncio.timeout(timeout_s):
            if model is None:
                await upstream.models(timeout_s=timeout_s)
            else:
                await upstream.chat(_question(model), timeout_s=timeout_s)
    except UpstreamFault as fault:
        if model is None and fault.status in NO_LIST:
            return None
        # Something is wrong with the question, such as its limit's name: then the endpoint can still judge requests.
        return fault if fault.kind in {FaultKind.PASSING, FaultKind.REFUSED} else None
    except TimeoutError:
        text = f"the endpoint did not answer within {timeout_s:.3g} seconds"
        return UpstreamFault(FaultKind.PASSING, text, worked=True)
    return None


def _question(model: str) -> Json:
    return {"model": model, "messages": [{"role": "user", "content": "Say ok."}], "max_tokens": 1}
