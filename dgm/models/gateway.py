"""The gateway: the only door from one sandbox to a model. One lease, one model, one socket, one transcript.

A call is checked against the policy, paid by the lease, tried at the endpoint, and recorded; calls from the sandbox
and from the host take the same way. The caller's own headers, its key among them, are never looked at.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dgm.errors import ModelRefused, ModelUnavailable
from dgm.models.in_flight import InFlight
from dgm.models.ledger import Charge, Ledger
from dgm.models.loop_thread import LoopThread
from dgm.models.proof import ask_of_our_own
from dgm.models.replies import Json, Reply, error_reply
from dgm.models.request_policy import ChatRequest, RequestDenied, read_request
from dgm.models.server import SocketServer
from dgm.models.transcript import Transcript
from dgm.models.tries import Ending, RetryPolicy, Tries, failed
from dgm.models.upstream import FaultKind, Upstream, UpstreamFault
from dgm.ports import Clock
from dgm.values import Call, CallStatus, Completion, GatewayReport, Lease, Price

CONCURRENT_CALLS = 8
"""Calls of one sandbox that are at the endpoint at once; more wait."""

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


class LeasedGateway:
    """The Gateway port, on the loop that all gateways of this process share. Opened and closed by the adapter."""

    def __init__(
        self,
        model: str,
        lease: Lease,
        purpose: str,
        *,
        price: Price,
        rules: CallRules,
        upstream: Upstream,
        loop: LoopThread,
        clock: Clock,
    ) -> None:
        self._model = model
        self._lease = lease
        self._purpose = purpose
        self._price = price
        self._rules = rules
        self._upstream = upstream
        self._loop = loop
        self._clock = clock
        self._opened_at_s = clock.monotonic()
        self._ledger = Ledger(lease, price)
        self._transcript = Transcript()
        self._slots = asyncio.Semaphore(CONCURRENT_CALLS)
        self._running: set[asyncio.Task[Ending]] = set()
        self._in_flight = InFlight()
        self._question: asyncio.Task[UpstreamFault | None] | None = None
        self._closed = False
        self._failed = False
        self._answered = False
        self._in_doubt = False  # a caller went away from an endpoint that had not answered
        self._refused: str | None = None
        self._server = SocketServer(model, self._answer)

    @property
    def socket(self) -> Path:
        """The Unix socket to mount into the sandbox."""
        return self._server.socket

    @property
    def tokens_left(self) -> int:
        """Tokens of the lease that no call has used or holds back."""
        return self._ledger.tokens_left

    def complete(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, purpose: str) -> Completion:
        """Ask the model from the host, on the same lease and into the same transcript.

        A lease that is used up, or a context that is too long, is a completion without text and with that status.

        Raises:
            ModelError: as the endpoint failed; the transcript and the books have it too.
        """
        request = json.dumps({"messages": list(messages), "max_tokens": max_tokens}, ensure_ascii=False)
        ending = self._loop.run(self._called(request.encode("utf-8", "replace"), purpose))
        if ending.status is not CallStatus.UPSTREAM_ERROR:
            return Completion(ending.reply.text, ending.status)
        message = f"the model {self._model!r} did not answer: {ending.reply.reason}"
        if self._refused is not None:
            raise ModelRefused(f"{message}. Check the key, the account and the model's name.")
        raise ModelUnavailable(f"{message}. Check the endpoint, then resume.")

    def report(self) -> GatewayReport:
        """Return what went through so far; after the context has ended, all of it."""
        calls, transcript = self._transcript.result()
        return GatewayReport(calls, transcript, self._failed, self._refused)

    def start(self) -> None:
        """Listen on the socket."""
        self._loop.run(self._server.start())

    def close(self) -> None:
        """Stop listening, and end the calls that still run: they are charged what they had reserved."""
        self._loop.run(self._close())

    async def _close(self) -> None:
        self._closed = True
        await self._server.stop()
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._in_doubt and not self._failed and self._refused is None:
            await self._endpoint_fault()
        if self._question is not None:
            self._question.cancel()
            await asyncio.gather(self._question, return_exceptions=True)

    async def _answer(self, body: bytes) -> Reply:
        return (await self._called(body, self._purpose)).reply

    async def _called(self, body: bytes, purpose: str) -> Ending:
        """Run one call as a task of its own, so that closing the gateway ends it."""
        if self._closed:
            return _CLOSED
        task = asyncio.ensure_future(self._call(body, purpose))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.wait({task})
        finally:  # the caller may be gone, and this cancelled
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return _CLOSED if task.cancelled() else task.result()

    async def _call(self, body: bytes, purpose: str) -> Ending:
        begun = _Begun(purpose, self._clock.now(), self._clock.monotonic())
        try:
            request = await self._read(body)
        except RequestDenied as denied:
            reply = error_reply(denied.status, str(denied), code=denied.code)
            return self._record(begun, Ending(reply, CallStatus.REFUSED_REQUEST))
        if self._refused is not None:
            reply = error_reply(403, self._refused, kind="permission_error")
            return self._record(begun, Ending(reply, CallStatus.UPSTREAM_ERROR))
        return await self._tried(request, begun)

    async def _read(self, body: bytes) -> ChatRequest:
        """Check a body in a thread: whatever it holds, no other gateway waits for it. Raises RequestDenied."""
        rules = self._rules
        return await asyncio.to_thread(
            read_request, body, model=self._model, max_tokens=rules.max_tokens, temperature=rules.temperature
        )

    async def _tried(self, request: ChatRequest, begun: "_Begun") -> Ending:
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
                ending = await self._in_flight.run(tries.run)
                if ending.fault is not None:
                    ending = await self._judged(tries)
        except asyncio.CancelledError:
            self._in_doubt = self._in_doubt or tries.fault is not None or not self._answered
            self._record(begun, _ABANDONED, request, tries.charge, tries.count)
            raise
        self._answered = self._answered or ending.reply.status == 200
        return self._record(begun, ending, request, tries.charge, tries.count)

    async def _judged(self, tries: Tries) -> Ending:
        """Find out whose failure it was; an endpoint that works is given the request once more."""
        fault = await self._endpoint_fault()
        if fault is not None:
            return failed(fault)
        return await self._in_flight.run(lambda: tries.run(most=1))

    async def _endpoint_fault(self) -> UpstreamFault | None:
        """Ask the endpoint a question of our own: one for all calls that fail meanwhile."""
        if self._question is None or self._question.done():
            self._question = asyncio.ensure_future(self._asked())
        return await asyncio.shield(self._question)

    async def _asked(self) -> UpstreamFault | None:
        """Ask, and note a failure of the endpoint for the report."""
        begun = _Begun("check", self._clock.now(), self._clock.monotonic())
        timeout_s = self._rules.retry.proof_s
        fault, charge = await ask_of_our_own(
            self._upstream, self._ledger, self._model, self._in_flight, timeout_s=timeout_s
        )
        if fault is None:
            self._record(begun, Ending(Reply(200, {}), CallStatus.OK), charge=charge)
            return None
        if fault.kind is FaultKind.REFUSED:
            self._refused = str(fault)
        else:
            self._failed = True
        self._record(begun, failed(fault), charge=charge)
        return fault

    def _seconds_left(self) -> float:
        return self._lease.seconds - (self._clock.monotonic() - self._opened_at_s)

    def _record(
        self,
        begun: "_Begun",
        ending: Ending,
        request: ChatRequest | None = None,
        charge: Charge = _FREE,
        tries: int = 0,
    ) -> Ending:
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
        notes: Json = {"stripped": list(request.stripped)} if request and request.stripped else {}
        if charge.clipped:
            notes["clipped"] = "the endpoint reported more tokens than the lease had left"
        self._transcript.add(call, request.asked if request else None, ending.reply.body, notes=notes)
        return ending


@dataclass(frozen=True, slots=True)
class _Begun:
    """Where and when one call began."""

    purpose: str
    at: datetime
    at_s: float
