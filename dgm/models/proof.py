"""Whose failure was it? After a call has failed, the host asks the endpoint something of its own.

Only what the endpoint does to that counts as its failure: a request that makes a server answer 500, or never end,
must not turn its agent's trial into one that is not scored.
"""

import asyncio

from dgm.models.ledger import Charge, Ledger
from dgm.models.replies import Json
from dgm.models.upstream import FaultKind, Upstream, UpstreamFault

QUESTION_TOKENS = 64
"""Held back for the question; fewer than for any request, so that a lease that paid one can pay this."""


async def ask_of_our_own(
    upstream: Upstream, ledger: Ledger, model: str, *, timeout_s: float
) -> tuple[UpstreamFault | None, Charge]:
    """Ask for one token, on the lease; where that cannot be paid, for the list of models.

    Returns:
        How the endpoint failed, or None when it works; and what the question was charged.
    """
    held = ledger.reserve(QUESTION_TOKENS, 1)
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
        # Something is wrong with the question, such as its limit's name: then the endpoint can still judge requests.
        return fault if fault.kind in {FaultKind.PASSING, FaultKind.REFUSED} else None
    except TimeoutError:
        text = f"the endpoint did not answer within {timeout_s:.3g} seconds"
        return UpstreamFault(FaultKind.PASSING, text, worked=True)
    return None


def _question(model: str) -> Json:
    return {"model": model, "messages": [{"role": "user", "content": "Say ok."}], "max_tokens": 1}
