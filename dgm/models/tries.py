"""One request, tried until it is answered: each try reserved, settled, and repeated only inside the lease.

A try that the endpoint turned away costs nothing; one that broke after it was sent keeps its reservation, since the
endpoint may have billed it; an empty answer costs what it used and is asked for again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from dgm.models.answers import status_of
from dgm.models.apis import Api, ModelRequest
from dgm.models.faults import FaultKind, UpstreamFault
from dgm.models.ledger import Charge, Ledger, Reservation
from dgm.models.replies import Reply, error_reply, lease_used_up
from dgm.models.upstream import Answer, Upstream
from dgm.values import CallStatus

_log = logging.getLogger(__name__)

NEWER_LIMIT = "max_completion_tokens"
"""Some endpoints refuse `max_tokens` and name this instead."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how slowly a request is tried again; the lease's seconds bound all of it."""

    tries: int = 8
    empty_tries: int = 3
    first_s: float = 0.5
    most_s: float = 30.0
    proof_s: float = 20.0
    """Seconds in which an endpoint must answer the host's own question after a failure (see `proof`)."""


PATIENT = RetryPolicy()
"""About a minute: a server's restart, or a passing limit of requests."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ended. `fault` is the endpoint's last failure, where that is how it ended."""

    reply: Reply
    status: CallStatus
    fault: UpstreamFault | None = None


class LeaseUsedUp(Exception):
    """The lease cannot pay another try. Never leaves this package."""


class EmptyAnswer(Exception):
    """The endpoint answered with nothing. Never leaves this package."""


class Tries:
    """All tries of one request. What they cost stands in `charge` at every moment, also after a cancellation."""

    def __init__(
        self,
        request: ModelRequest,
        *,
        ledger: Ledger,
        upstream: Upstream,
        policy: RetryPolicy,
        timeout_s: float,
        seconds_left: Callable[[], float],
    ) -> None:
        self._request = request
        self._ledger = ledger
        self._upstream = upstream
        self._policy = policy
        self._timeout_s = timeout_s
        self._seconds_left = seconds_left
        self._limit_field = request.limit_field
        self._empty: Answer | None = None
        self._empties = 0
        self.count = 0
        self.charge = Charge()
        self.fault: UpstreamFault | None = None

    async def run(self, most: int | None = None) -> Ending:
        """Try until there is an answer, a failure that stays, or nothing left to pay with; at most `most` times."""
        try:
            answer: Answer = await self._retrying(most or self._policy.tries)(self._once)
        except EmptyAnswer:
            return self._ended_empty()
        except UpstreamFault as fault:
            return failed(fault)
        except LeaseUsedUp as error:
            if self._empty is not None:
                return self._ended_empty()
            return failed(self.fault) if self.fault else Ending(lease_used_up(str(error)), CallStatus.REFUSED_LEASE)
        return Ending(Reply(200, answer.body), self._status(answer))

    def _retrying(self, most: int) -> AsyncRetrying:
        policy = self._policy
        backoff = wait_random_exponential(multiplier=policy.first_s, max=policy.most_s)

        def wait_s(state: RetryCallState) -> float:
            asked = self.fault.retry_after_s if self.fault else None
            return max(backoff(state), asked or 0.0)

        def out_of_time(state: RetryCallState) -> bool:
            return state.upcoming_sleep >= self._seconds_left()

        stop = stop_after_attempt(most)
        return AsyncRetrying(
            wait=wait_s,
            stop=lambda state: stop(state) or out_of_time(state),
            retry=retry_if_exception(self._is_worth_another),
            before_sleep=_log_failure,
            reraise=True,
        )

    def _is_worth_another(self, error: BaseException) -> bool:
        if isinstance(error, EmptyAnswer):
            return self._empties < self._policy.empty_tries
        return isinstance(error, UpstreamFault) and error.kind is FaultKind.PASSING

    async def _once(self) -> Answer:
        timeout_s = min(self._timeout_s, self._seconds_left())
        if timeout_s <= 0:
            raise LeaseUsedUp("its time has passed")
        request = self._request
        held = self._ledger.reserve(request.input_bound, request.output_tokens, request.least_output)
        if held is None:
            need, left = request.input_bound, self._ledger.tokens_left
            raise LeaseUsedUp(f"the request may need {need} tokens before any answer, and {left} tokens are free")
        self.count += 1
        answer = await self._paid(held, timeout_s)
        self.fault = None
        if self._status(answer) is CallStatus.EMPTY:
            self._empty, self._empties = answer, self._empties + 1
            raise EmptyAnswer
        return answer

    async def _paid(self, held: Reservation, timeout_s: float) -> Answer:
        """Send one try; whatever happens, its reservation is settled once."""
        settle: Callable[[Reservation], Charge] = self._ledger.keep
        try:
            answer = await self._in_either_dialect(held.output_tokens, timeout_s)
            if (usage := answer.usage) is not None:
                settle = lambda paid: self._ledger.settle(paid, usage)  # noqa: E731
        except UpstreamFault as fault:
            self.fault = fault
            if not fault.worked:
                settle = self._ledger.release
            raise
        finally:
            self.charge += settle(held)
        return answer

    async def _in_either_dialect(self, output_tokens: int, timeout_s: float) -> Answer:
        """Send the limit on output under the caller's name for it; under the newer one where that is asked for."""
        request, field = self._request, self._limit_field
        try:
            return await self._upstream.send(request.api, request.limited(output_tokens, field), timeout_s=timeout_s)
        except UpstreamFault as fault:
            if not self._wants_newer_limit(fault):
                raise
        self._limit_field = NEWER_LIMIT
        payload = request.limited(output_tokens, NEWER_LIMIT)
        return await self._upstream.send(request.api, payload, timeout_s=timeout_s)

    def _wants_newer_limit(self, fault: UpstreamFault) -> bool:
        may_change = self._request.api is Api.CHAT and self._limit_field != NEWER_LIMIT
        return may_change and fault.kind is FaultKind.REQUEST and NEWER_LIMIT in str(fault)

    def _status(self, answer: Answer) -> CallStatus:
        return status_of(self._request.api, answer.body)

    def _ended_empty(self) -> Ending:
        body = self._empty.body if self._empty else {}
        return Ending(Reply(200, body), CallStatus.EMPTY)


def _log_failure(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    why = str(error) or "the answer was empty"
    _log.info("try %d of a call failed: %s; again in %.1f s", state.attempt_number, why, state.upcoming_sleep)


def failed(fault: UpstreamFault) -> Ending:
    """Return how a request ends whose last try failed so."""
    text = str(fault)
    match fault.kind:
        case FaultKind.REQUEST:
            return Ending(error_reply(400, text), CallStatus.REFUSED_REQUEST)
        case FaultKind.OVERFLOW:
            reply = error_reply(400, text, code="context_length_exceeded")
            return Ending(reply, CallStatus.CONTEXT_OVERFLOW)
        case FaultKind.LACKING:
            reply = error_reply(501, f"this endpoint lacks what was asked for ({text})", code="not_supported")
            return Ending(reply, CallStatus.REFUSED_REQUEST, fault)
        case FaultKind.REFUSED:
            return Ending(error_reply(403, text, kind="permission_error"), CallStatus.UPSTREAM_ERROR, fault)
        case FaultKind.PASSING:
            return Ending(error_reply(502, text, kind="server_error"), CallStatus.UPSTREAM_ERROR, fault)
