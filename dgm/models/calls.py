"""The way of every call through one gateway: read, paid by the lease, tried at the endpoint, judged, recorded.

Calls from the sandbox and from the host take the same way; only those of the sandbox are told of the budget. Whoever
calls is never looked at: the socket is the identity, the budget and the model.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dgm.models.apis import Api, ModelRequest, StreamWish
from dgm.models.budget_notice import Left, Notices, with_notice
from dgm.models.faults import UpstreamFault
from dgm.models.judge import Judge, Patience
from dgm.models.ledger import Charge, Ledger
from dgm.models.replies import Json, Reply, error_reply
from dgm.models.request_body import RequestDenied
from dgm.models.request_policy import read_request
from dgm.models.transcript import Transcript
from dgm.models.tries import Ending, RetryPolicy, Tries, failed
from dgm.models.upstream import Upstream
from dgm.ports import Clock
from dgm.values import Call, CallStatus, GatewayReport, Lease, Price

CONCURRENT_CALLS = 8
"""Calls of one sandbox that are at the endpoint at once; more wait."""
SILENCE = 0.4
"""Of the seconds after which a try is given up: when an endpoint that says nothing to anybody is asked if it lives."""

_CLOSED = Ending(error_reply(503, "the gateway is closed: its job has ended"), CallStatus.UPSTREAM_ERROR)
_ABANDONED = Ending(error_reply(499, "the caller went away"), CallStatus.ABANDONED)
_FREE = Charge()


@dataclass(frozen=True, slots=True)
class CallRules:
    """What holds for every call of a gateway.

    Args:
        max_tokens: the most output that one call may ask for.
        timeout_s: seconds without an answer after which a try is given up.
        temperature: forced where not None.
    """

    max_tokens: int = 4096
    timeout_s: float = 300.0
    temperature: float | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True)
class _Begun:
    """Where and when one call began, what it asks once that was read, and the notice that was added to it."""

    purpose: str
    at: datetime
    at_s: float
    api: Api = Api.CHAT
    request: ModelRequest | None = None
    notice: str = ""


class Calls:
    """All calls of one lease to one model. Used on one event loop."""

    def __init__(
        self,
        model: str,
        lease: Lease,
        purpose: str,
        *,
        price: Price,
        rules: CallRules,
        upstream: Upstream,
        clock: Clock,
    ) -> None:
        self._model = model
        self._lease = lease
        self._purpose = purpose
        self._rules = rules
        self._upstream = upstream
        self._clock = clock
        self._opened_at_s = clock.monotonic()
        self._ledger = Ledger(lease, price)
        self._transcript = Transcript()
        self._notices = Notices()
        self._slots = asyncio.Semaphore(CONCURRENT_CALLS)
        self._running: set[asyncio.Task[Ending]] = set()
        self._closed = False
        patience = Patience(SILENCE * rules.timeout_s, rules.retry.proof_s, self._seconds_left)
        self._judge = Judge(upstream, self._ledger, model, patience=patience, clock=clock, record=self._record_check)

    @property
    def left(self) -> Left:
        """What is left of the lease."""
        seconds = self._seconds_left()
        passed = 1 - seconds / self._lease.seconds if self._lease.seconds > 0 else 0.0
        return Left(self._ledger.tokens_left, seconds, max(self._ledger.used_share, passed))

    @property
    def headers(self) -> Mapping[str, str]:
        """What stands with every answer: what is left of the lease."""
        return self.left.headers

    @property
    def refused(self) -> str | None:
        """Why the endpoint refuses the key or the model; None: it does not."""
        return self._judge.refused

    async def answer(self, api: Api, body: bytes, wish: StreamWish) -> Reply:
        """Answer a call of the sandbox."""
        begun = _Begun(self._purpose, self._clock.now(), self._clock.monotonic(), api)
        return (await self._called(begun, body, wish)).reply

    async def ask(self, body: bytes, purpose: str) -> Ending:
        """Make a call of the host's."""
        return await self._called(_Begun(purpose, self._clock.now(), self._clock.monotonic()), body, None)

    async def close(self) -> None:
        """End the calls that still run: they are charged what they had reserved."""
        self._closed = True
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._judge.close()

    def report(self) -> GatewayReport:
        """Return what went through so far; after the end, all of it. Safe on any thread."""
        calls, transcript = self._transcript.result()
        return GatewayReport(calls, transcript, self._judge.failed, self._judge.refused)

    async def _called(self, begun: _Begun, body: bytes, wish: StreamWish | None) -> Ending:
        """Run one call as a task of its own, so that closing the gateway ends it."""
        if self._closed:
            return _CLOSED
        task = asyncio.ensure_future(self._call(begun, body, wish))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.wait({task})
        finally:  # the caller may be gone, and this cancelled
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return _CLOSED if task.cancelled() else task.result()

    async def _call(self, begun: _Begun, body: bytes, wish: StreamWish | None) -> Ending:
        try:
            request = await self._read(begun.api, body)
        except RequestDenied as denied:
            reply = error_reply(denied.status, str(denied), code=denied.code)
            return self._record(begun, Ending(reply, CallStatus.REFUSED_REQUEST))
        begun = replace(begun, request=request)
        if wish is not None:
            wish.stream = request.stream
        if self.refused is not None:
            reply = error_reply(403, self.refused, kind="permission_error")
            return self._record(begun, Ending(reply, CallStatus.UPSTREAM_ERROR))
        if wish is None:
            return await self._tried(begun, request)
        with self._judge.agents_call():
            return await self._told(begun, request)

    async def _read(self, api: Api, body: bytes) -> ModelRequest:
        """Check a body in a thread: whatever it holds, no other gateway waits for it. Raises RequestDenied."""
        rules = self._rules
        return await asyncio.to_thread(
            read_request, api, body, model=self._model, max_tokens=rules.max_tokens, temperature=rules.temperature
        )

    async def _told(self, begun: _Begun, request: ModelRequest) -> Ending:
        """Try an agent's request, with a notice of its budget where one is due; it counts once it was answered."""
        left = self.left
        number = self._notices.due(left)
        noticed = with_notice(request, left.sentence) if number else None
        if noticed is None:
            return await self._tried(begun, request)
        self._notices.give(number)
        is_answered = False
        try:
            ending = await self._tried(replace(begun, notice=left.sentence), noticed)
            is_answered = ending.reply.status == 200
        finally:
            if not is_answered:
                self._notices.take_back(number)
        return ending

    async def _tried(self, begun: _Begun, request: ModelRequest) -> Ending:
        tries = Tries(
            request,
            ledger=self._ledger,
            upstream=self._upstream,
            policy=self._rules.retry,
            timeout_s=self._rules.timeout_s,
            seconds_left=self._seconds_left,
        )
        try:
            async with self._slots:
                ending = await self._judge.run(request.api, tries)
        except asyncio.CancelledError:
            self._record(begun, _ABANDONED, tries.charge, tries.count)
            raise
        return self._record(begun, ending, tries.charge, tries.count)

    def _seconds_left(self) -> float:
        return self._lease.seconds - (self._clock.monotonic() - self._opened_at_s)

    def _record_check(self, began_at_s: float, fault: UpstreamFault | None, charge: Charge) -> None:
        """Write a question of the host into the books."""
        ending = failed(fault) if fault else Ending(Reply(200, {}), CallStatus.OK)
        began_at = self._clock.now() - timedelta(seconds=self._clock.monotonic() - began_at_s)
        self._record(_Begun("check", began_at, began_at_s), ending, charge)

    def _record(self, begun: _Begun, ending: Ending, charge: Charge = _FREE, tries: int = 0) -> Ending:
        """Write one call into the books and the transcript, and hand its answer on."""
        call = Call(
            purpose=begun.purpose,
            model=self._model,
            input_tokens=charge.input_tokens,
            output_tokens=charge.output_tokens,
            cost_usd=charge.cost_usd,
            seconds=max(0.0, self._clock.monotonic() - begun.at_s),
            status=ending.status,
            retries=max(0, tries - 1),
            started_at=begun.at.isoformat(),
        )
        request = begun.request
        notes: Json = {"api": begun.api.value, "http_status": ending.reply.status}
        if request is not None and request.stripped:
            notes["stripped"] = list(request.stripped)
        if begun.notice:
            notes["notice"] = begun.notice
        if charge.clipped:
            notes["clipped"] = "the endpoint reported more tokens than the lease had left"
        self._transcript.add(call, request.asked if request else None, ending.reply.body, notes=notes)
        return ending
