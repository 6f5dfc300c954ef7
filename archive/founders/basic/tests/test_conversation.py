from basic.conversation import Conversation

HEAD = [{"role": "system", "content": "S"}, {"role": "user", "content": "T"}]


def turn(size, answer="a"):
    call = {"id": "1", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
    return [
        {"role": "assistant", "content": answer, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "x" * size},
    ]


def talk(*sizes):
    conversation = Conversation(HEAD)
    for size in sizes:
        conversation.add(turn(size))
    return conversation


def test_a_short_conversation_stays_as_it_is():
    conversation = talk(100, 100)
    before = conversation.messages()

    conversation.shrink(10_000)

    assert conversation.messages() == before


def test_old_results_are_shortened_first():
    conversation = talk(5000, 500, 500, 500)

    conversation.shrink(4000)

    assert "cut out" in conversation.messages()[3]["content"]
    assert conversation.messages()[-1]["content"] == "x" * 500


def test_a_call_and_its_result_are_dropped_together():
    conversation = talk(3000, 3000, 3000)

    conversation.shrink(4000)

    assert [message["role"] for message in conversation.messages()] == ["system", "user", "assistant", "tool"]


def test_the_last_result_is_shortened_when_nothing_else_is_left():
    conversation = talk(50_000)

    conversation.shrink(4000)

    assert conversation.size() < 4000


def test_the_head_always_stays():
    conversation = talk(5000)

    conversation.shrink(1)

    assert conversation.messages()[:2] == HEAD
