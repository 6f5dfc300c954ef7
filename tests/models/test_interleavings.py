"""A thousand random interleavings of calls on real gateways: no lease is exceeded, and the books balance."""

import asyncio
import math
import random
from collections import Counter
from dataclasses import dataclass, field

from dgm.models.apis import Api, StreamWish
from dgm.models.calls import CallRules, Calls
from dgm.models.faults import FaultKind, UpstreamFault
from dgm.models.ledger import Usage
from dgm.models.pulse import Pulse
from dgm.models.replies import Json
from dgm.models.tries import RetryPolicy
from dgm.models.upstream import Answer
from dgm.values import CallStatus, Lease, Price
from tests.models.doors import RealClock

SEEDS = 1_000
BATCH = 50
"""Gateways that are open at once: most of their time is waiting."""
RULES = CallRules(max_tokens=300, timeout_s=60.0, retry=RetryPolicy(tries=2, empty_tries=2, first_s=0.0, proof_s=0.01))
BODIES = {
    Api.CHAT: b'{"messages": [{"role": "user", "content": "%s"}], "stream": %s}',
    Api.RESPONSES: b'{"input": "%s", "stream": %s}',
    Api.EMBEDDINGS: b'{"input": "%s", "stream": %s}',
}
KINDS = (FaultKind.PASSING, FaultKind.PASSING, FaultKind.REQUEST, FaultKind.OVERFLOW, FaultKind.LACKING)


@dataclass
class RandomUpstream:
    """Answers in a random order, as it likes: with true usage, false usage or none, with faults, or never.

    While it has a request, a caller may go away, or the gateway be closed: no clock decides what meets what.
    """

    rng: random.Random
    troubles: float
    is_local: bool = False
    pulse: Pulse = field(default_factory=lambda: Pulse(RealClock()))
    callers: list["asyncio.Task[object]"] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, api: Api, payload: Json, *, timeout_s: float) -> Answer:
        self.disturb()
        for _ in range(self.rng.randrange(8)):
            await asyncio.sleep(0)
        if self.rng.random() < self.troubles:
            raise UpstreamFault(self.rng.choice(KINDS), "no luck", worked=self.rng.random() < 0.4)
        luck = self.rng.random()
        if luck < 0.02:
            self.over.set()
            await asyncio.sleep(timeout_s)
        text = "" if luck < 0.4 else "said"
        usage = None if luck < 0.5 else Usage(self.rng.randrange(1, 900), self.rng.randrange(400))
        finish = "length" if luck > 0.9 else "stop"
        message = {"choices": [{"message": {"content": text}, "finish_reason": finish}]}
        item = {"type": "message", "content": [{"type": "output_text", "text": text}]}
        bodies: dict[Api, Json] = {Api.CHAT: message, Api.RESPONSES: {"output": [item]}, Api.EMBEDDINGS: {"data": []}}
        return Answer(bodies[api], usage)

    async def models(self, *, timeout_s: float) -> tuple[str, ...]:
        return ()

    def disturb(self) -> None:
        if self.rng.random() < 0.1:
            self.rng.choice(self.callers).cancel()
        if self.rng.random() < 0.05:
            self.over.set()


async def ask(calls: Calls, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 4)):
        api = rng.choice(list(Api))
        body = BODIES[api] % (b"x" * rng.randrange(1_000), rng.choice([b"true", b"false"]))
        await calls.answer(api, body, StreamWish())


async def interleaved(seed: int) -> tuple[Lease, Calls]:
    """Let some calls run at once on one lease, until all have ended or the gateway is closed."""
    rng = random.Random(seed)
    lease = Lease(rng.randrange(6_000), rng.choice([math.inf, rng.random() * 0.05]), 60.0)
    price = Price(rng.random() * 20, rng.random() * 60)
    upstream = RandomUpstream(rng, troubles=rng.choice([0.05, 0.3, 0.8]))
    calls = Calls("m", lease, "solve", price=price, rules=RULES, upstream=upstream, clock=RealClock())  # type: ignore[arg-type]
    async with asyncio.timeout(60):
        upstream.callers += [asyncio.ensure_future(ask(calls, rng)) for _ in range(rng.randrange(2, 5))]
        asked = asyncio.gather(*upstream.callers, return_exceptions=True)
        over = asyncio.ensure_future(upstream.over.wait())
        await asyncio.wait({asked, over}, return_when=asyncio.FIRST_COMPLETED)
        await calls.close()
        over.cancel()
        await asked
    return lease, calls


async def all_interleaved() -> list[tuple[Lease, Calls]]:
    batches = [range(first, first + BATCH) for first in range(0, SEEDS, BATCH)]
    return [done for batch in batches for done in await asyncio.gather(*map(interleaved, batch))]


def test_no_interleaving_of_calls_exceeds_a_lease_and_the_books_balance_to_the_token():
    seen: Counter[CallStatus] = Counter()
    failed = 0

    for lease, calls in asyncio.run(all_interleaved()):
        report = calls.report()

        assert report.spent.tokens <= lease.tokens
        assert report.spent.cost_usd <= lease.cost_usd
        assert calls.left.tokens == lease.tokens - report.spent.tokens
        seen.update(call.status for call in report.calls)
        failed += report.upstream_failed

    assert seen.keys() == set(CallStatus)
    assert failed > SEEDS // 20
