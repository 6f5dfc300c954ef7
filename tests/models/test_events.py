"""The events of a stream, put together again, are the answer: as the `openai` package puts them together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from dgm.models.apis import Stream
from dgm.models.chat_events import PIECE, chat_chunks
from dgm.models.responses_events import response_events

texts = st.none() | st.text(max_size=30) | st.integers(0, 3 * PIECE).map("x".__mul__)
calls = st.lists(
    st.builds(
        lambda number, arguments: {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "bash", "arguments": arguments},
        },
        st.integers(0, 9),
        st.text(max_size=20) | st.integers(0, 2 * PIECE).map("y".__mul__),
    ),
    max_size=3,
)
bodies = st.dictionaries(
    st.sampled_from(["id", "output", "choices", "status", "usage"]),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["message", "reasoning", "function_call"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["type", "content", "summary", "message", "id"]), inner, max_size=4)
        ),
        max_leaves=12,
    ),
)
LOGPROBS = {"content": [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}], "refusal": None}


def completion(content: str | None, tool_calls: list[Any], **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **({"tool_calls": tool_calls} if tool_calls else {}), **more}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def put_together(body: dict[str, Any], *, include_usage: bool = False) -> Any:
    state = ChatCompletionStreamState()
    for chunk in chat_chunks(body, Stream(include_usage)):
        state.handle_chunk(ChatCompletionChunk.model_validate(chunk))
    return state.get_final_completion()


@given(texts, calls)
def test_chunks_make_the_message_again(content, tool_calls):
    whole = put_together(completion(content, tool_calls)).choices[0].message

    assert (whole.content or "") == (content or "")
    made = [(call.id, call.function.name, call.function.arguments) for call in whole.tool_calls or []]
    assert made == [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in tool_calls]


def test_a_refusal_and_what_else_a_message_holds_are_told():
    whole = put_together(completion(None, [], refusal="no", reasoning_content="hm")).choices[0].message

    assert (whole.refusal, whole.reasoning_content, whole.content) == ("no", "hm", None)


def test_log_probabilities_are_told():
    body = completion("a", [])
    body["choices"][0]["logprobs"] = LOGPROBS

    assert put_together(body).choices[0].logprobs.content[0].token == "a"


def test_the_tokens_are_told_where_they_are_asked_for():
    body = {**completion("a", []), "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}

    chunks = list(chat_chunks(body, Stream(include_usage=True)))

    assert [chunk["usage"] for chunk in chunks] == [None] * (len(chunks) - 1) + [body["usage"]]
    assert chunks[-1]["choices"] == []


def test_no_tokens_are_told_where_they_are_not_asked_for():
    assert not any("usage" in chunk for chunk in chat_chunks(completion("a", []), Stream()))


@given(bodies)
def test_whatever_an_endpoint_answers_can_be_told(body):
    assert list(response_events(body))
    list(chat_chunks(body, Stream(include_usage=True)))


def test_the_items_of_a_response_are_told_one_after_the_other():
    part = {"type": "output_text", "text": "x" * (PIECE + 1), "annotations": []}
    thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}
    body = {"output": [thought, {"type": "message", "role": "assistant", "content": [part]}]}

    told = [(event["type"].removeprefix("response."), event.get("output_index")) for event in response_events(body)]

    assert told == [
        ("created", None),
        ("in_progress", None),
        ("output_item.added", 0),
        ("reasoning_summary_part.added", 0),
        ("reasoning_summary_text.delta", 0),
        ("reasoning_summary_text.done", 0),
        ("reasoning_summary_part.done", 0),
        ("output_item.done", 0),
        ("output_item.added", 1),
        ("content_part.added", 1),
        ("output_text.delta", 1),
        ("output_text.delta", 1),
        ("output_text.done", 1),
        ("content_part.done", 1),
        ("output_item.done", 1),
        ("completed", None),
    ]


def test_events_are_numbered():
    numbers = [event["sequence_number"] for event in response_events({"output": []})]

    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize(("status", "last"), [("incomplete", "response.incomplete"), ("queued", "response.completed")])
def test_the_last_event_says_how_it_ended(status, last):
    assert list(response_events({"status": status, "output": []}))[-1]["type"] == last
