"""The calls of one recorded transcript, to be answered again: each is given out once. Pure.

A request finds its record by what it says, not by its place, since calls may run at once: first the one that asks the
same, to the letter; else one that differs only in what no two runs have alike, such as times, numbers and the names of
temporary files. Lines of older versions, and broken ones, are read as far as they go.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dgm.models.apis import Api
from dgm.models.replies import NO_RETRY, Json, Reply
from dgm.values import Call, CallStatus

_GONE = 499
_STATUS = {
    CallStatus.REFUSED_LEASE: 429,
    CallStatus.REFUSED_REQUEST: 400,
    CallStatus.CONTEXT_OVERFLOW: 400,
    CallStatus.ABANDONED: _GONE,
    CallStatus.UPSTREAM_ERROR: 502,
}
"""HTTP status of a line that does not tell it."""
_VARIES = re.compile(r"/tmp/[\w./-]+|\b0x[0-9a-fA-F]+\b|\b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b|\d+")


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call that a transcript tells.

    Args:
        reply: None where the caller went away before there was an answer.
        tokens: what it was charged, with the questions of the host that led to its end.
        is_like: whether the request that found it differs in what varies.
    """

    place: int
    api: Api
    asked: Json
    reply: Reply | None
    call: Call
    tokens: int
    is_like: bool = False


class Recording:
    """What went through the last gateway of a transcript: of a job that was started again, the one that counted.

    Args:
        transcript: JSON lines, as `transcript` writes them.
    """

    def __init__(self, transcript: bytes) -> None:
        lines = _last_part(_lines(transcript))
        calls = list(_recorded(lines))
        self._left = {call.place: call for call in calls}
        self._by_letter: defaultdict[str, list[int]] = defaultdict(list)
        self._by_sense: defaultdict[str, list[int]] = defaultdict(list)
        for call in calls:
            self._by_letter[_key(call.api, call.asked)].append(call.place)
            self._by_sense[_key(call.api, _without_what_varies(call.asked))].append(call.place)
        self._repeatable: dict[str, RecordedCall] = {}
        self._unrecorded = sum(line.get("free_and_not_recorded", 0) for line in lines)
        self.omitted = sum("omitted" in line for line in lines)
        """Calls whose texts did not fit into the transcript any more."""
        self.model = next((call.call.model for call in calls), None)
        """That answered; None where nobody asked."""

    @property
    def left(self) -> int:
        """Calls that were not asked again so far."""
        return len(self._left)

    def take(self, api: Api, asked: Json) -> RecordedCall | None:
        """Return the record of a request, and take it out; None where there is none."""
        letter = _key(api, asked)
        if (found := self._first(self._by_letter[letter])) is not None:
            return self._taken(letter, found)
        sense = _key(api, _without_what_varies(asked))
        if (found := self._first(self._by_sense[sense])) is not None:
            return replace(self._taken(letter, found), is_like=True)
        if self._unrecorded and letter in self._repeatable:
            self._unrecorded -= 1
            return self._repeatable[letter]
        return None

    def _first(self, places: list[int]) -> int | None:
        return next((place for place in places if place in self._left), None)

    def _taken(self, letter: str, place: int) -> RecordedCall:
        call = self._left.pop(place)
        if (
            not call.call.input_tokens and not call.call.output_tokens
        ):  # of a flood of such calls only the first ones are recorded
            self._repeatable[letter] = call
        return call


def _lines(transcript: bytes) -> Iterator[Json]:
    for raw in transcript.splitlines():
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict):
            yield line


def _last_part(lines: Iterator[Json]) -> list[Json]:
    """Return the lines of the last gateway: the calls of each are counted from 1."""
    part: list[Json] = []
    for line in lines:
        if line.get("call") == 1:
            part = []
        part.append(line)
    return part


def _recorded(lines: list[Json]) -> Iterator[RecordedCall]:
    """Yield the calls that were passed on."""
    before = 0
    for place, line in enumerate(lines):
        tokens = line.get("input_tokens", 0) + line.get("output_tokens", 0)
        request = line.get("request")
        if not isinstance(request, dict):
            before += tokens
            continue
        try:
            call, api = _call(line), Api(line.get("api", Api.CHAT))
        except ValueError:
            continue
        yield RecordedCall(place, api, request, _reply(line, call), call, before + tokens)
        before = 0


def _call(line: Json) -> Call:
    return Call(
        purpose=str(line.get("purpose", "")),
        model=str(line.get("model", "")),
        input_tokens=line.get("input_tokens", 0),
        output_tokens=line.get("output_tokens", 0),
        cost_usd=0.0,
        seconds=0.0,
        status=CallStatus(line.get("status", CallStatus.OK)),
    )


def _reply(line: Json, call: Call) -> Reply | None:
    http_status, body = line.get("http_status", _STATUS.get(call.status, 200)), line.get("response")
    if http_status == _GONE or not isinstance(body, dict):
        return None
    return Reply(http_status, body, {} if http_status == 200 else NO_RETRY)


def _key(api: Api, asked: Any) -> str:
    return f"{api} {json.dumps(asked, sort_keys=True)}"


def _without_what_varies(value: Any) -> Any:
    """Return a request with every number, time and temporary name in it put out of sight."""
    if isinstance(value, str):
        return _VARIES.sub("#", value)
    if isinstance(value, dict):
        return {name: _without_what_varies(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_what_varies(inner) for inner in value]
    return "#" if isinstance(value, int | float) and not isinstance(value, bool) else value
