"""The gateway: the only door from one sandbox to a model. One lease, one model, one socket, one transcript.

What happens to a call is in `calls`, the HTTP side in `server`; here they are one thing that threads can use.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from dgm.errors import ModelRefused, ModelUnavailable
from dgm.models.calls import Calls
from dgm.models.loop_thread import LoopThread
from dgm.models.server import SocketServer
from dgm.values import CallStatus, Completion, GatewayReport


class LeasedGateway:
    """The Gateway port, on the loop that all gateways of this process share. Opened and closed by the adapter."""

    def __init__(self, model: str, calls: Calls, loop: LoopThread) -> None:
        self._model = model
        self._calls = calls
        self._loop = loop
        self._server = SocketServer(model, calls)

    @property
    def socket(self) -> Path:
        """The Unix socket to mount into the sandbox."""
        return self._server.socket

    @property
    def tokens_left(self) -> int:
        """Tokens of the lease that no call has used or holds back."""
        return self._calls.left.tokens

    def complete(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, purpose: str) -> Completion:
        """Ask the model from the host, on the same lease and into the same transcript.

        A lease that is used up, or a context that is too long, is a completion without text and with that status.

        Raises:
            ModelError: as the endpoint failed; the transcript and the books have it too.
        """
        request = json.dumps({"messages": list(messages), "max_tokens": max_tokens}, ensure_ascii=False)
        ending = self._loop.run(self._calls.ask(request.encode("utf-8", "replace"), purpose))
        if ending.status is not CallStatus.UPSTREAM_ERROR:
            return Completion(ending.reply.text, ending.status)
        message = f"the model {self._model!r} did not answer: {ending.reply.reason}"
        if self._calls.refused is not None:
            raise ModelRefused(f"{message}. Check the key, the account and the model's name.")
        raise ModelUnavailable(f"{message}. Check the endpoint, then resume.")

    def report(self) -> GatewayReport:
        """Return what went through so far; after the context has ended, all of it."""
        return self._calls.report()

    def start(self) -> None:
        """Listen on the socket."""
        self._loop.run(self._server.start())

    def close(self) -> None:
        """Stop listening, and end the calls that still run: they are charged what they had reserved."""
        self._loop.run(self._close())

    async def _close(self) -> None:
        await self._server.stop()
        await self._calls.close()
