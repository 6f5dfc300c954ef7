"""The agent against a model that answers from a list."""

import time
from types import SimpleNamespace

import openai
import pytest
from openai.types.chat import ChatCompletion

from basic.bash import Shell
from basic.loop import MAX_TURNS, Loop
from basic.model import Model, Stop
from basic.settings import Settings
from basic.text_form import TICKS
from basic.tools import Toolbox

FIX = f"### bash\n{TICKS}\nsed -i s/-/+/ calc.py\n{TICKS}"


def says(text="", *calls):
    tool_calls = [
        {"id": f"call{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text, "tool_calls": tool_calls or None}
    return ChatCompletion.model_validate(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 50, "completion_tokens": 50, "total_tokens": 100},
        }
    )


def fails(status, message, code=None):
    response = SimpleNamespace(status_code=status, headers={}, request=None)
    return openai.APIStatusError(message, response=response, body={"message": message, "code": code})


class Client:
    """An OpenAI client that gives its answers one after the other, the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.chat = SimpleNamespace(completions=self)

    def with_options(self, **_):
        return self

    def create(self, **request):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def work(tmp_path):
    """Run the loop on a small repository; give the recorded messages."""
    (tmp_path / "calc.py").write_text("def add(a, b):\n    return a - b\n")

    def run(client, *, seconds=60.0, tokens=100_000):
        settings = Settings(tmp_path, tmp_path, tmp_path, "m", time.time() + seconds, tokens)
        record = []
        with Shell(tmp_path) as shell:
            model = Model(client, settings, sleep=lambda _: None)
            Loop(model, Toolbox(settings, shell), "Fix add.", record.append).run()
        return record

    run.file = tmp_path / "calc.py"
    return run


def test_a_tool_call_is_made_and_answered(work):
    client = Client(says("", ("bash", '{"command": "cat calc.py"}')), says("", ("done", "{}")))

    work(client)

    result = client.requests[1]["messages"][-1]
    assert (result["role"], result["tool_call_id"]) == ("tool", "call0")
    assert "return a - b" in result["content"]


def test_the_editor_changes_the_file(work):
    call = ("replace", '{"path": "calc.py", "old": "a - b", "new": "a + b"}')

    work(Client(says("", call), says("", ("done", "{}"))))

    assert "a + b" in work.file.read_text()


def test_a_server_without_tools_is_asked_without_them(work):
    client = Client(fails(400, "this model does not support tools"), says(FIX), says("### done"))

    work(client)

    assert "tools" in client.requests[0]
    assert "tools" not in client.requests[1]
    assert "### replace" in client.requests[1]["messages"][0]["content"]
    assert "a + b" in work.file.read_text()


def test_a_model_that_writes_its_actions_is_shown_how(work):
    client = Client(says(FIX), says("### done"))

    work(client)

    assert "tools" not in client.requests[1]
    assert "### replace" in client.requests[1]["messages"][0]["content"]


def test_a_call_that_was_written_as_json_is_made(work):
    call = '{"name": "replace", "arguments": {"path": "calc.py", "old": "a - b", "new": "a + b"}}'

    work(Client(says(f"{TICKS}json\n{call}\n{TICKS}"), says("### done")))

    assert "a + b" in work.file.read_text()


def test_a_model_that_only_talks_is_reminded_once(work):
    client = Client(says("I would change add."))

    work(client)

    assert len(client.requests) == 2
    assert "no action" in client.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    "call",
    [("fly", "{}"), ("bash", "{"), ("bash", "[]"), ("view", '{"path": "x"}'), ("view", '{"path": 1, "first": "a"}')],
)
def test_a_wrong_call_is_answered_with_the_reason(work, call):
    client = Client(says("", call), says("", ("done", "{}")))

    work(client)

    assert client.requests[1]["messages"][-1]["content"].startswith("error: ")


def test_turns_are_bounded(work):
    client = Client(says("", ("bash", '{"command": ":"}')))

    work(client)

    assert len(client.requests) == MAX_TURNS


def test_an_error_that_passes_is_tried_again(work):
    work(Client(fails(500, "oops"), fails(429, "slow down"), says(FIX), says("### done")))

    assert "a + b" in work.file.read_text()


def test_an_error_that_stays_ends_the_work(work):
    client = Client(fails(500, "oops"))

    with pytest.raises(Stop, match="oops"):
        work(client)

    assert len(client.requests) == 4


def test_a_used_up_lease_ends_the_work_at_once(work):
    client = Client(says(FIX), fails(429, "lease used up", "insufficient_quota"))

    with pytest.raises(Stop, match="lease used up"):
        work(client)

    assert len(client.requests) == 2
    assert "a + b" in work.file.read_text()


def test_used_up_tokens_end_the_work(work):
    client = Client(says("", ("bash", '{"command": ":"}')))

    with pytest.raises(Stop, match="tokens"):
        work(client, tokens=250)

    assert len(client.requests) == 3


def test_the_last_tokens_are_spent_on_a_short_conversation(work):
    client = Client(says("", ("bash", '{"command": "seq 1 100000"}')), says("", ("done", "{}")))

    work(client, tokens=7000)

    assert sum(len(message["content"]) for message in client.requests[1]["messages"]) < 3000


def test_an_answer_without_choices_is_an_empty_one(work):
    empty = says().model_copy(update={"choices": []})

    work(Client(empty, says(FIX), says("### done")))

    assert "a + b" in work.file.read_text()


def test_results_of_actions_written_as_text_come_in_one_message(work):
    client = Client(says(f"{FIX}\n### view calc.py"), says("### done"))

    work(client)

    assert [message["role"] for message in client.requests[1]["messages"]] == ["system", "user", "assistant", "user"]


def test_nothing_is_asked_after_the_deadline(work):
    client = Client(says(FIX))

    with pytest.raises(Stop, match="time"):
        work(client, seconds=-1)

    assert client.requests == []


def test_a_context_that_is_too_long_is_shortened(work):
    client = Client(
        says("", ("bash", '{"command": "seq 1 100000"}')),
        fails(400, "the request exceeds the available context size"),
        says("", ("done", "{}")),
    )

    work(client)

    lengths = [sum(len(message["content"]) for message in request["messages"]) for request in client.requests]
    assert lengths[2] < lengths[1] * 3 / 4
