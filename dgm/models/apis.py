"""The three ways to ask a model that a gateway passes on, and a request that is ready for one of them."""

from dataclasses import dataclass
from enum import StrEnum

from dgm.models.replies import Json


class Api(StrEnum):
    """One endpoint of OpenAI's API. The value is its path below `/v1/`."""

    CHAT = "chat/completions"
    RESPONSES = "responses"
    EMBEDDINGS = "embeddings"


@dataclass(frozen=True, slots=True)
class Stream:
    """How a caller wants its answer told.

    Args:
        include_usage: a chunk with the tokens at the end, which only chat completions leave out unless asked.
    """

    include_usage: bool = False


@dataclass(slots=True)
class StreamWish:
    """How a caller wants its answer told: known as soon as its request was read."""

    stream: Stream | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A request as it is passed on, without its clamp on output.

    Args:
        payload: the JSON object, without its limit on output.
        input_bound: upper bound of its tokens: no tokenizer makes more than one token of a byte.
        output_tokens: the most output it asks for; 0 where there is none.
        limit_field: the caller's name for that limit; empty where there is none.
        least_output: with less than this left of the lease, it is not worth sending.
        stripped: names of fields and tools that were taken out, for the transcript.
        stream: None where the caller wants its answer whole.
    """

    api: Api
    payload: Json
    input_bound: int
    output_tokens: int = 0
    limit_field: str = ""
    least_output: int = 0
    stripped: tuple[str, ...] = ()
    stream: Stream | None = None

    def limited(self, output_tokens: int, field: str | None = None) -> Json:
        """Return the payload with a limit on output, under the caller's name for it or another."""
        name = self.limit_field if field is None else field
        return {**self.payload, name: output_tokens} if name else self.payload

    @property
    def asked(self) -> Json:
        """The payload with the output that the caller asked for, for the transcript."""
        return self.limited(self.output_tokens)
