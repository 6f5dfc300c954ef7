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
BRIEFLY = 1 / 4
"""Of the time for the whole proof: what one more try may take at its end, and the first one amid other requests."""
_FIRST_PAUSE = 1 / 40


async def ask_of_our_own(
    upstream: Upstream, ledger: Ledger, model: str, in_flight: InFlight, *, timeout_s: float, most_s: float
) -> tuple[UpstreamFault | None, Charge]:
    """Ask for one token, on the lease; where that cannot be paid, and of a local server, for the list of models.

    Args:
        in_flight: this gateway's own requests; interrupted where the endpoint fails the question beside them.
        timeout_s: seconds in which the endpoint must answer.
        most_s: seconds for which one that is busy is waited for, if that is longer.

    Returns:
        How the endpoint failed, or None when it works; and what the questions were charged.
    """
    charge = Charge()
    if in_flight:
        fault, charge = await ask_once(upstream, ledger, model, timeout_s=timeout_s * BRIEFLY)
        if fault is None or fault.kind is FaultKind.REFUSED:
            return fault, charge
    async with in_flight.silence():
        busy_s = max(timeout_s, min(BUSY_TIMES * timeout_s, most_s))
        fault, more = await _asked_patiently(upstream, ledger, model, timeout_s=timeout_s, busy_s=busy_s)
    return fault, charge + more


async def _asked_patiently(
    upstream: Upstream, ledger: Ledger, model: str, *, timeout_s: float, busy_s: float
) -> tuple[UpstreamFault | None, Charge]:
    """Ask again, more and more slowly or as it wishes, while the endpoint says that it is busy."""
    now_s = asyncio.get_running_loop().time
    began_s = now_s()
    pause_s, charge = timeout_s * _FIRST_PAUSE, Charge()
    while True:
        left_s = timeout_s - (now_s() - began_s)
        fault, more = await ask_once(upstream, ledger, model, timeout_s=max(left_s, timeout_s * BRIEFLY))
        charge += more
        if fault is None or not fault.is_busy:
            return fault, charge
        wait_s = max(pause_s, fault.retry_after_s or 0.0)
        if now_s() - began_s + wait_s > busy_s:
            return fault, charge
        await asyncio.sleep(wait_s)
        pause_s = min(2 * pause_s, timeout_s * BRIEFLY)


async def ask_once(
    upstream: Upstream, ledger: Ledger, model: str, *, timeout_s: float
) -> tuple[UpstreamFault | None, Charge]:
    """Ask on the lease where it can pay; return how the endpoint failed, if it did, and the charge."""
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
