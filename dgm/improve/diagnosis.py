"""Asks a model, on the host and without tools, what one general change would make an agent better.

The answer is an untrusted text: it is capped, checked, made harmless, and reaches nothing but a sandbox and the
archive's books.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dgm.errors import ModelError
from dgm.improve.bench import Bench, endpoint_setback
from dgm.improve.diagnosis_prompt import prompt
from dgm.improve.repeats import repeated
from dgm.improve.setback import Setback
from dgm.improve.tried import outcome_of
from dgm.ports import Gateway
from dgm.values import AttemptOrder, CallStatus, Completion, Failure, Tried, plain

TRIES = 4
MAX_ANSWER = 16_000
"""Characters of an answer that are read."""
MAX_OUTPUT_TOKENS = 700
MAX_EVIDENCE = 250_000
"""Characters of evidence in the prompt; a small lease allows less."""
EVIDENCE_PER_TOKEN = 1 / 8
"""Characters of evidence for each token of the lease: about a thirtieth of the lease is spent on reading it once."""
MOST_REPEATS = 1
"""How often a proposal that repeats one that failed is asked for anew."""
SMALLER = 3
"""By what the evidence is divided when it overflowed the model's context."""


def _flat(value: object) -> object:
    """Return an object or a list as the text that it amounts to: a model that orders its answer is not asked again."""
    match value:
        case {"type": "string", "description": text, **others} if not others:  # filled in as a schema
            return _flat(text)
        case Mapping():
            return "\n".join(f"{key}: {_flat(part)}" for key, part in value.items())
        case list():
            return "\n".join(str(_flat(part)) for part in value)
    return value


def _harmless(text: str) -> str:
    return plain(text, keep_newlines=True).strip()


Answer = Annotated[str, BeforeValidator(_flat), Field(min_length=10, max_length=4000), AfterValidator(_harmless)]


class Diagnosis(BaseModel):
    """What a model proposes, checked. Keys that were not asked for are left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    improve: Answer
    """What to improve."""
    how: Answer
    """How to implement it."""
    problem: Answer
    """The problem description that becomes the proposal."""

    @property
    def proposal(self) -> str:
        """The proposal that it amounts to."""
        return f"{self.problem}\n\nWhat to improve: {self.improve}\n\nHow: {self.how}\n"


def diagnose(bench: Bench, order: AttemptOrder) -> Diagnosis | Setback:
    """Ask until an answer is usable, at most `TRIES` times, on the attempt's lease.

    A proposal that repeats one that failed is asked for once more, then it ends the attempt.
    """
    lease = bench.account.left()
    limit = min(MAX_EVIDENCE, int(lease.tokens * EVIDENCE_PER_TOKEN))
    try:
        with bench.gateway(order.models["diagnose"], lease, purpose="diagnose", artifact="diagnose") as gateway:
            return _ask(gateway, order, limit)
    except ModelError as error:
        return endpoint_setback(error)


def parse_diagnosis(text: str) -> Diagnosis:
    """Take the first usable JSON object out of an answer, whatever stands around it: prose, a fence.

    Raises:
        ValueError: why there is none, in words that the model can act on.
    """
    text, reason = text[:MAX_ANSWER], "the answer holds no JSON object"
    for start in [match.start() for match in re.finditer(r"\{", text)][:50]:
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
            return Diagnosis.model_validate(found)
        except ValidationError as error:
            reason = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        except (ValueError, RecursionError):
            continue
    raise ValueError(plain(reason, limit=300))


class _Repeats(ValueError):
    """A proposal is too like one that failed."""


def _ask(gateway: Gateway, order: AttemptOrder, limit: int) -> Diagnosis | Setback:
    reason, repeats = "", 0
    for _ in range(TRIES):
        answer = gateway.complete(prompt(order, limit, reason), max_tokens=MAX_OUTPUT_TOKENS, purpose="diagnose")
        match answer.status:
            case CallStatus.REFUSED_LEASE:
                return Setback(Failure.LEASE, "the lease cannot pay a diagnosis")
            case CallStatus.CONTEXT_OVERFLOW:
                limit, reason = limit // SMALLER, "the evidence is too long for the model"
            case _:
                try:
                    return _usable(answer, order.tried)
                except ValueError as error:
                    reason, repeats = str(error), repeats + isinstance(error, _Repeats)
        if repeats > MOST_REPEATS:
            return Setback.of(Failure.REPEATED, reason)
    return Setback(Failure.DIAGNOSIS, f"no usable answer in {TRIES} tries; the last: {reason}")


def _usable(answer: Completion, tried: Sequence[Tried]) -> Diagnosis:
    if answer.status is CallStatus.CUT_OFF:
        raise ValueError("the answer was cut off: be shorter")
    found = parse_diagnosis(answer.text)
    if (before := repeated(found.proposal, tried)) is not None:
        raise _Repeats(f"it repeats the proposal of attempt {before.attempt_id}, which gave {outcome_of(before)}")
    return found
