"""Which requests a gateway passes on, and in what form: an allow-list of fields for each API.

Pure: from the caller's bytes to a request, or to the reason why not. What else a field may hold is the endpoint's
to judge; here stands what must never leave: provider-side tools, files, remote addresses, more than one answer.
"""

from typing import assert_never

from dgm.models.apis import Api, ModelRequest
from dgm.models.chat_policy import read_chat
from dgm.models.embeddings_policy import read_embeddings
from dgm.models.request_body import check_model, parse_body
from dgm.models.responses_policy import read_responses


def read_request(
    api: Api, body: bytes, *, model: str, max_tokens: int, temperature: float | None = None
) -> ModelRequest:
    """Check a body against the policy of its API.

    Args:
        model: the only one allowed; filled in where the body names none.
        max_tokens: the most output that one call may ask for, and what is asked for where the body does not say.
        temperature: forced where not None.

    Raises:
        RequestDenied: says what is wrong and what is allowed.
    """
    data = parse_body(body)
    check_model(data, model)
    match api:
        case Api.CHAT:
            return read_chat(data, model=model, max_tokens=max_tokens, temperature=temperature)
        case Api.RESPONSES:
            return read_responses(data, model=model, max_tokens=max_tokens, temperature=temperature)
        case Api.EMBEDDINGS:
            return read_embeddings(data, model=model)
        case _:
            assert_never(api)
