"""The HTTP client to an endpoint: it reads whole answers, and gives up on those that do not end."""

from typing import Any

import httpx2
from openai import DefaultAsyncHttpxClient

MAX_ANSWER_BYTES = 16 << 20


class AnswerTooLarge(httpx2.RequestError):
    """An answer is larger than any completion. Never leaves this package."""


class BoundedClient(DefaultAsyncHttpxClient):
    """Never holds more of an answer than MAX_ANSWER_BYTES, counted after unpacking; errors' bodies too."""

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """Send one request and read its answer. Raises AnswerTooLarge."""
        response = await super().send(request, stream=True, **options)
        if stream:
            return response
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise AnswerTooLarge("the answer is too large", request=request)
        finally:
            await response.aclose()
        plain = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_WIRE]
        return httpx2.Response(response.status_code, headers=plain, content=bytes(body), request=request)


_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})
