"""One try at the real endpoint through the `openai` package.

Retrying, leases and transcripts are not here: see `tries` and `calls`. What a failure means: see `faults`.
"""

import asyncio
import json
import logging
from dataclasses import dataclass

import httpx2
from openai import APIError, AsyncOpenAI

from dgm.models.answers import BODY, usage_of
from dgm.models.apis import Api
from dgm.models.bounded_client import BoundedClient
from dgm.models.endpoint import OPENAI_BASE_URL, Endpoint, EndpointKind
from dgm.models.faults import FaultKind, UpstreamFault, fault_of_error, too_late
from dgm.models.ledger import Usage
from dgm.models.pulse import Pulse
from dgm.models.replies import Json
from dgm.ports import Clock
from dgm.values import plain

_MAY_PASS = frozenset({"server_error", "rate_limit_exceeded"})
"""Codes of an answer that says itself that it failed, of those that are not the request's fault."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint answered to one try. `usage` is None where it did not say, or said nonsense."""

    body: Json
    usage: Usage | None


class Upstream:
    """The endpoint, as one client for all gateways. Used on one event loop."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self.pulse = Pulse(clock)
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

    async def send(self, api: Api, payload: Json, *, timeout_s: float) -> Answer:
        """Send one request and read its answer, in `timeout_s` at most. Raises UpstreamFault."""
        began_at_s = self._clock.monotonic()
        try:
            async with asyncio.timeout(timeout_s):  # the client's own timeout starts anew with each byte
                raw = await self._post(api, payload, timeout_s, began_at_s)
                body = await asyncio.to_thread(self._read, api, raw.content)
        except TimeoutError:
            raise too_late(timeout_s) from None
        return Answer(body, usage_of(api, body))

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
            raise UpstreamFault(FaultKind.PASSING, "the endpoint did not answer in time", worked=True) from None
        except (ValueError, TypeError, KeyError, RecursionError):
            raise UpstreamFault(FaultKind.PASSING, "the list of models is not what OpenAI's API gives") from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _post(self, api: Api, payload: Json, timeout_s: float, began_at_s: float) -> httpx2.Response:
        if api is Api.CHAT and self._endpoint.is_openai:
            payload = {**payload, "store": False}  # accounts may be set to keep what is asked there
        try:
            # As it is: to take a payload apart by the client's types blocks the loop for seconds.
            raw = await self._client.post(
                f"/{api}", cast_to=httpx2.Response, body=payload, options={"timeout": timeout_s}
            )
        except APIError as error:
            fault = self._fault(error, api)
            if fault.status is not None:
                self.pulse.heard(began_at_s)
            raise fault from None
        self.pulse.heard(began_at_s)
        return raw

    def _fault(self, error: APIError, api: Api | None = None) -> UpstreamFault:
        return fault_of_error(error, self._endpoint, self._clock.now(), api)

    def _read(self, api: Api, content: bytes) -> Json:
        text = self._endpoint.key.scrub(content.decode("utf-8", "replace"))
        try:
            body = _normal(json.loads(text))
        except (ValueError, RecursionError):
            raise UpstreamFault(FaultKind.PASSING, "the endpoint answered with invalid JSON", worked=True) from None
        if not isinstance(body, dict) or not isinstance(body.get(BODY[api]), list):
            raise UpstreamFault(FaultKind.PASSING, f"the endpoint's answer has no `{BODY[api]}`", worked=True)
        if body.get("status") == "failed":
            raise self._own_failure(body.get("error"))
        return body

    def _own_failure(self, error: object) -> UpstreamFault:
        """Return the fault that stands in an answer of the responses API instead of an HTTP status."""
        code, message = (error.get("code"), error.get("message")) if isinstance(error, dict) else (None, None)
        text = f"the endpoint's answer failed: {plain(self._endpoint.scrub(str(message)), limit=1000)}"
        kind = FaultKind.PASSING if code is None or code in _MAY_PASS else FaultKind.REQUEST
        return UpstreamFault(kind, text, worked=True)


def _normal(body: object) -> object:
    """Return a body that can be written as JSON again: no infinities, and half characters replaced."""
    return json.loads(json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))
