"""One try at the real endpoint through the `openai` package, and what its failures mean.

Retrying, leases and transcripts are not here: see `tries` and `gateway`.
"""

import asyncio
import json
import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError, AsyncOpenAI

from dgm.models.bounded_client import MAX_ANSWER_BYTES, AnswerTooLarge, BoundedClient
from dgm.models.endpoint import OPENAI_BASE_URL, Endpoint, EndpointKind
from dgm.models.ledger import Usage
from dgm.models.replies import Json
from dgm.values import plain

NO_LIST = frozenset({404, 405, 501})
"""What endpoints answer that have no list of models."""
_OVERFLOW = re.compile(r"context[ _](length|size|window)|exceed_context|too many tokens|prompt is too long", re.I)


class FaultKind(StrEnum):
    """What a failed try means for the next."""

    PASSING = "passing"  # worth another try
    REQUEST = "request"  # the caller's own fault
    OVERFLOW = "overflow"  # the caller's own fault: too much context
    REFUSED = "refused"  # key, model or account: nothing will work until a person acts


class UpstreamFault(Exception):
    """One failed try. Its text is free of key and address. Never leaves this package.

    Args:
        retry_after_s: what the endpoint asked to wait; None where it did not say.
        worked: whether the endpoint may have done (and billed) work before it failed.
        status: of its HTTP answer; None where there was none.
    """

    def __init__(
        self,
        kind: FaultKind,
        text: str,
        *,
        retry_after_s: float | None = None,
        worked: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.worked = worked


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint answered to one try. `usage` is None where it did not say, or said nonsense."""

    body: Json
    usage: Usage | None


class Upstream:
    """The endpoint, as one client for all gateways. Used on one event loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        for chatty in ("openai", "httpx2", "httpcore2"):  # their logs name the host, and hold whole requests
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._client = AsyncOpenAI(
            api_key=endpoint.key.reveal(),
            base_url=endpoint.base_url or OPENAI_BASE_URL,
            max_retries=0,
            http_client=BoundedClient(trust_env=not endpoint.on_loopback),
        )

    @property
    def is_local(self) -> bool:
        """Whether it is llama.cpp's server, which answers one request at a time."""
        return self._endpoint.kind is EndpointKind.LOCAL

    def scrub(self, text: str) -> str:
        """Return an error text without key and address."""
        return self._endpoint.scrub(text)

    async def chat(self, payload: Json, *, timeout_s: float) -> Answer:
        """Send one chat completion. Raises UpstreamFault."""
        try:
            raw = await self._client.chat.completions.with_raw_response.create(
                model=payload["model"],
                messages=[],
                extra_body=payload,  # as it is: to take it apart by its types blocks the loop for seconds
                timeout=timeout_s,
            )
            body = await asyncio.to_thread(self._completion, raw.content)
        except APIError as error:
            raise self._fault(error) from None
        return Answer(body, _usage(body))

    async def models(self, *, timeout_s: float) -> tuple[str, ...]:
        """Return the names of the models that the endpoint lists. Raises UpstreamFault."""
        try:
            async with asyncio.timeout(timeout_s):
                raw = await self._client.models.with_raw_response.list(timeout=timeout_s)
            listed = json.loads(raw.content)["data"]
            return tuple(str(entry["id"]) for entry in listed)
        except APIError as error:
            raise self._fault(error) from None
        except TimeoutError:
            raise UpstreamFault(FaultKind.PASSING, "the endpoint did not answer in time") from None
        except (ValueError, TypeError, KeyError, RecursionError):
            raise UpstreamFault(FaultKind.PASSING, "the list of models is not what OpenAI's API gives") from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _completion(self, content: bytes) -> Json:
        text = self._endpoint.key.scrub(content.decode("utf-8", "replace"))
        try:
            body = _normal(json.loads(text))
        except (ValueError, RecursionError):
            raise UpstreamFault(FaultKind.PASSING, "the endpoint answered with invalid JSON", worked=True) from None
        if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
            raise UpstreamFault(FaultKind.PASSING, "the endpoint's answer has no `choices`", worked=True)
        return body

    def _fault(self, error: APIError) -> UpstreamFault:
        if isinstance(error, APIStatusError):
            return self._status_fault(error)
        if isinstance(error, APITimeoutError):
            return UpstreamFault(FaultKind.PASSING, "the endpoint did not answer in time", worked=True)
        if isinstance(error.__cause__, AnswerTooLarge):
            text = f"the endpoint's answer is larger than {MAX_ANSWER_BYTES >> 20} MiB"
            return UpstreamFault(FaultKind.PASSING, text, worked=True)
        refused = isinstance(error, APIConnectionError) and "ConnectError" in type(error.__cause__).__name__
        text = "the endpoint cannot be reached" if refused else "the connection to the endpoint broke"
        return UpstreamFault(FaultKind.PASSING, text, worked=not refused)

    def _status_fault(self, error: APIStatusError) -> UpstreamFault:
        reason = plain(self.scrub(_reason(error)), limit=1000)
        text = f"the endpoint answered {error.status_code}: {reason}"
        return UpstreamFault(_kind(error, reason), text, retry_after_s=_retry_after_s(error), status=error.status_code)


def _normal(body: object) -> object:
    """Return a body that can be written as JSON again: no infinities, and half characters replaced."""
    return json.loads(json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))


def _kind(error: APIStatusError, reason: str) -> FaultKind:
    status, code = error.status_code, f"{error.code or ''} {error.type or ''}"
    if status in {401, 402, 403, 404} or "insufficient_quota" in code or "model_not_found" in code:
        return FaultKind.REFUSED
    if status in {408, 409, 425, 429} or status >= 500:
        return FaultKind.PASSING
    if status == 413 or _OVERFLOW.search(f"{reason} {code}"):
        return FaultKind.OVERFLOW
    return FaultKind.REQUEST


def _reason(error: APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        return str(inner.get("message", inner) if isinstance(inner, dict) else inner)
    return str(body or error.response.reason_phrase)


def _retry_after_s(error: APIStatusError) -> float | None:
    """Read seconds from `retry-after-ms` or `retry-after`; a date there is not understood and left out."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < 1e6:
            return seconds
    return None


def _usage(body: Json) -> Usage | None:
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    used_in, used_out = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not _is_count(used_in) or not _is_count(used_out) or used_in == 0:
        return None
    return Usage(cast(int, used_in), cast(int, used_out))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
