"""Gateways for tests: a scripted endpoint, models on it, one open gateway and a client on its socket."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import openai

from dgm.config import ModelsSection, PriceSection
from dgm.models import EndpointModels, RetryPolicy, ScriptedServer, open_models
from dgm.models.gateway import LeasedGateway
from dgm.values import Lease

KEY = "sk-marker-3f9c1d7be2"
MODEL = "scripted"
PLENTY = Lease(tokens=100_000, cost_usd=10.0, seconds=60.0)
QUICK = RetryPolicy(tries=4, empty_tries=3, first_s=0.001, most_s=0.01, proof_s=0.3)


class RealClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Door:
    """One open gateway, the server behind it, and a client in front of it."""

    gateway: LeasedGateway
    server: ScriptedServer
    client: httpx2.Client

    def chat(self, content: str = "hello", **fields: Any) -> httpx2.Response:
        body = {"messages": [{"role": "user", "content": content}], **fields}
        return self.client.post("/v1/chat/completions", json=body)

    def respond(self, content: Any = "hello", **fields: Any) -> httpx2.Response:
        return self.client.post("/v1/responses", json={"input": content, **fields})

    def embed(self, content: Any = "hello", **fields: Any) -> httpx2.Response:
        return self.client.post("/v1/embeddings", json={"input": content, **fields})

    @property
    def sent(self) -> dict[str, Any]:
        """The last request that reached the endpoint."""
        return self.server.seen[-1].body


def client_of(gateway: LeasedGateway, timeout_s: float = 20.0) -> httpx2.Client:
    """Connect to a gateway as the runner in a sandbox does."""
    transport = httpx2.HTTPTransport(uds=str(gateway.socket))
    return httpx2.Client(transport=transport, base_url="http://gateway", timeout=timeout_s)


@contextmanager
def openai_client(gateway: LeasedGateway) -> Iterator[openai.OpenAI]:
    """Connect to a gateway as an agent does that uses the `openai` package."""
    http = openai.DefaultHttpxClient(transport=httpx2.HTTPTransport(uds=str(gateway.socket)))
    with openai.OpenAI(base_url="http://gateway/v1", api_key="worthless", http_client=http, max_retries=0) as client:
        yield client


@asynccontextmanager
async def async_openai_client(gateway: LeasedGateway) -> AsyncIterator[openai.AsyncOpenAI]:
    """Connect as an asynchronous agent does."""
    http = openai.DefaultAsyncHttpxClient(transport=httpx2.AsyncHTTPTransport(uds=str(gateway.socket)))
    async with openai.AsyncOpenAI(base_url="http://gateway/v1", api_key="worthless", http_client=http) as client:
        yield client


@contextmanager
def open_door(
    script: Any = ("an answer",),
    *,
    lease: Lease = PLENTY,
    prices: Mapping[str, PriceSection] | None = None,
    retry: RetryPolicy = QUICK,
    **section: Any,
) -> Iterator[Door]:
    """Open a gateway on a scripted endpoint that wants KEY; dollars count where `prices` are given."""
    with (
        scripted(script) as server,
        models_on(server, prices=prices, retry=retry, **section) as models,
        models.open(MODEL, lease, purpose="solve") as gateway,
        client_of(gateway) as client,
    ):
        yield Door(gateway, server, client)


def scripted(script: Any = ("an answer",)) -> ScriptedServer:
    """Build a server that accepts KEY only."""
    return ScriptedServer(script, key=KEY)


@contextmanager
def models_on(
    server: ScriptedServer,
    *,
    prices: Mapping[str, PriceSection] | None = None,
    retry: RetryPolicy = QUICK,
    key: str = KEY,
    **section: Any,
) -> Iterator[EndpointModels]:
    """Open the adapter on a scripted server."""
    models = open_models(
        ModelsSection(base_url=server.base_url, prices=dict(prices or {}), **section),
        clock=RealClock(),
        need_price=prices is not None,
        environ={"OPENAI_API_KEY": key},
        retry=retry,
    )
    try:
        yield models
    finally:
        models.close()
