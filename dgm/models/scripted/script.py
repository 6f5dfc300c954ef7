"""What a scripted server says: replies, and rules that choose them.

In Python, a script is a list of replies, given one after the other (the last one for ever), or a function from the
request's JSON object to a reply. A script file is a JSON object:

    {"model": "scripted",
     "rules": [{"match": "fix the bug", "replies": [{"text": "first answer"}, {"text": "every later one"}]},
               {"match": "", "text": "what is said where nothing else matched"}]}

The first rule whose `match` stands in the text of any message or input (with `"in": "last"`: of the last one)
answers. A reply is an object with the fields of `ScriptedReply`, all optional; a rule holds one reply, or several as
`replies`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from dgm.errors import ConfigError

MODEL = "scripted"


class ScriptedFault(StrEnum):
    """What goes wrong with a reply, beyond its status."""

    RESET = "reset"  # the connection is reset before anything is sent
    HANG = "hang"  # nothing is sent until the server closes
    INVALID_JSON = "invalid json"
    CUT_STREAM = "cut stream"  # fewer bytes are sent than were announced
    WRONG_LENGTH = "wrong length"  # more bytes are sent than were announced
    HUGE = "huge"  # more bytes than any answer has
    DRIP = "drip"  # a byte now and then, never all of them


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """One answer of the script.

    Args:
        text: the completion; an empty one is what it says.
        status: HTTP status; from 400 on, the answer is an error with `text` as its message.
        finish_reason: `length` for an answer that was cut off; `tool_calls` where there are some.
        tool_calls: as in the API.
        usage: (input, output) tokens; None: left out; counted from the characters where not given.
        error_code: the error's `code`.
        retry_after: value of that header, seconds or a date.
        delay_s: seconds before anything is sent.
    """

    text: str = ""
    status: int = 200
    finish_reason: str = "stop"
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    usage: tuple[int, int] | str | None = "count"
    error_code: str | None = None
    retry_after: str | None = None
    delay_s: float = 0.0
    fault: ScriptedFault | None = None


Request = dict[str, Any]
Script = Callable[[Request], ScriptedReply | str]


def in_order(replies: Sequence[ScriptedReply | str]) -> Script:
    """Make a script that gives the replies one after the other, the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def read_script(text: str) -> tuple[Script, str]:
    """Read a script file: its function, and the model's name. Raises ConfigError."""
    try:
        data = json.loads(text)
        rules = [_Rule.of(rule) for rule in data["rules"]]
        model = str(data.get("model", MODEL))
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"the script is not as `dgm.models.scripted` describes it: {error!r}") from error
    return lambda request: _first(rules, request), model


@dataclass
class _Rule:
    match: str
    last_only: bool
    answers: Script

    @classmethod
    def of(cls, rule: dict[str, Any]) -> Self:
        rule = dict(rule)
        match, where = str(rule.pop("match", "")), rule.pop("in", "any")
        return cls(match, where == "last", in_order([_reply(entry) for entry in rule.pop("replies", [rule])]))

    def fits(self, texts: Sequence[str]) -> bool:
        return any(self.match in text for text in (texts[-1:] if self.last_only else texts))


def _reply(entry: Mapping[str, Any]) -> ScriptedReply:
    fields = dict(entry)
    if isinstance(fields.get("usage"), list):
        fields["usage"] = tuple(fields["usage"])
    if "fault" in fields:
        fields["fault"] = ScriptedFault(fields["fault"])
    return ScriptedReply(**{**fields, "tool_calls": tuple(fields.get("tool_calls", ()))})


def said_in(request: Request) -> list[str]:
    """Return the text of each message, input item or input of a request; one that is empty where there is none."""
    said = request.get("messages") or request.get("input") or [""]
    parts = [said] if isinstance(said, str) else said
    return [str(part.get("content", part.get("output"))) if isinstance(part, dict) else str(part) for part in parts]


def _first(rules: Sequence[_Rule], request: Request) -> ScriptedReply | str:
    texts = said_in(request)
    for rule in rules:
        if rule.fits(texts):
            return rule.answers(request)
    return ScriptedReply("the script has no rule for this request", status=400)
