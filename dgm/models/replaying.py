"""The Models port on a recorded transcript: answers what was answered then, asks nobody, and spends nothing.

The socket, the HTTP side, the policy and the streams are a real gateway's. What the recording says decides the rest:
answers, errors and charges, so that an agent finds the lease as it was at each call.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dgm.errors import ModelUnavailable
from dgm.models.apis import Api, ModelRequest, StreamWish
from dgm.models.budget_notice import Left
from dgm.models.loop_thread import LoopThread
from dgm.models.recording import RecordedCall, Recording
from dgm.models.replies import Reply, error_reply
from dgm.models.request_body import RequestDenied
from dgm.models.request_policy import read_request
from dgm.models.server import SocketServer
from dgm.ports import Clock
from dgm.values import Call, Completion, GatewayReport, Lease

_CLOSED = error_reply(503, "the gateway is closed: its job has ended")
_NEW = error_reply(400, "this request was never recorded: the agent does not do what it did then", code="not_recorded")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a transcript.

    Args:
        calls: that the agent made and the policy let pass.
        like: of these, were answered by a record that differs in what varies.
        new: the numbers of those that were never recorded, counted from 1.
        left: recorded calls that were not made.
        omitted: recorded calls whose texts the transcript had no room for.
    """

    calls: int
    like: int
    new: tuple[int, ...]
    left: int
    omitted: int


class ReplayModels:
    """Opens gateways on one transcript, each from its beginning. Thread-safe.

    Args:
        max_tokens, temperature: what the policy held every request to then.
    """

    def __init__(self, transcript: bytes, *, max_tokens: int, temperature: float | None, clock: Clock) -> None:
        self._transcript = transcript
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._clock = clock
        self._loop = LoopThread()
        self._last: _Answers | None = None

    @property
    def replayed(self) -> Replayed:
        """What became of the transcript so far, in the gateway that was opened last."""
        if self._last is None:
            recording = Recording(self._transcript)
            return Replayed(0, 0, (), recording.left, recording.omitted)
        return self._last.replayed

    @contextmanager
    def open(self, model: str, lease: Lease, *, purpose: str) -> Iterator["ReplayGateway"]:  # noqa: ARG002 - recorded
        """Open a gateway that answers from the recording."""
        recording = Recording(self._transcript)
        answers = _Answers(recording, model, lease, self._max_tokens, self._temperature, self._clock)
        self._last = answers
        gateway = ReplayGateway(model, answers, self._loop)
        gateway.start()
        try:
            yield gateway
        finally:
            gateway.close()

    def check(self, model: str) -> None:
        """Pass: a recording has every model."""

    def close(self) -> None:
        """End the loop. Safe to call twice."""
        self._loop.close()


class ReplayGateway:
    """The Gateway port on a recording."""

    def __init__(self, model: str, answers: "_Answers", loop: LoopThread) -> None:
        self._answers = answers
        self._loop = loop
        self._server = SocketServer(model, answers)

    @property
    def socket(self) -> Path:
        """The Unix socket to mount into the sandbox."""
        return self._server.socket

    def complete(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, purpose: str) -> Completion:
        """Answer a call of the host's from the recording.

        Raises:
            ModelUnavailable: it was never recorded, or failed then.
        """
        body = json.dumps({"messages": list(messages), "max_tokens": max_tokens}, ensure_ascii=False)
        recorded = self._loop.run(self._answers.find(Api.CHAT, body.encode("utf-8", "replace")))
        if recorded is None or recorded.reply is None or recorded.reply.status >= 500:
            raise ModelUnavailable(f"the recording has no answer to a call of the host's to {purpose!r}")
        return Completion(recorded.reply.text, recorded.call.status)

    def report(self) -> GatewayReport:
        """Return the calls that were made, as they were recorded; nothing of it was spent now."""
        return GatewayReport(tuple(self._answers.made))

    def start(self) -> None:
        """Listen on the socket."""
        self._loop.run(self._server.start())

    def close(self) -> None:
        """Stop listening, and end the calls that wait."""
        self._loop.run(self._close())

    async def _close(self) -> None:
        await self._server.stop()
        self._answers.closing.set()


class _Answers:
    """Answers the calls of one sandbox from a recording. Used on one event loop."""

    def __init__(
        self,
        recording: Recording,
        model: str,
        lease: Lease,
        max_tokens: int,
        temperature: float | None,
        clock: Clock,
    ) -> None:
        self._recording = recording
        self._model = model
        self._lease = lease
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._clock = clock
        self._opened_at_s = clock.monotonic()
        self._used = 0
        self._count = 0
        self._like = 0
        self._new: list[int] = []
        self.made: list[Call] = []
        self.closing = asyncio.Event()

    @property
    def replayed(self) -> Replayed:
        """What became of the recording so far."""
        recording = self._recording
        return Replayed(self._count, self._like, tuple(self._new), recording.left, recording.omitted)

    @property
    def headers(self) -> Mapping[str, str]:
        """What stands with every answer: what was left of the lease then, and of the time now."""
        seconds = self._lease.seconds - (self._clock.monotonic() - self._opened_at_s)
        return Left(self._lease.tokens - self._used, seconds, 0.0).headers

    async def answer(self, api: Api, body: bytes, wish: StreamWish) -> Reply:
        """Answer a call as it was answered then; one whose caller went away then waits for that."""
        try:
            request = await self._read(api, body)
        except RequestDenied as denied:
            return error_reply(denied.status, str(denied), code=denied.code)
        wish.stream = request.stream
        recorded = self._found(request)
        if recorded is None:
            return _NEW
        if recorded.reply is not None:
            return recorded.reply
        await self.closing.wait()
        return _CLOSED

    async def find(self, api: Api, body: bytes) -> RecordedCall | None:
        """Return the record of a request of the host's."""
        return self._found(await self._read(api, body))

    async def _read(self, api: Api, body: bytes) -> ModelRequest:
        return await asyncio.to_thread(
            read_request, api, body, model=self._model, max_tokens=self._max_tokens, temperature=self._temperature
        )

    def _found(self, request: ModelRequest) -> RecordedCall | None:
        self._count += 1
        recorded = self._recording.take(request.api, request.asked)
        if recorded is None:
            self._new.append(self._count)
            return None
        self._like += recorded.is_like
        self._used += recorded.tokens
        self.made.append(recorded.call)
        return recorded
