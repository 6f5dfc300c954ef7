"""What a failed try at the endpoint means for the next one, told from its HTTP answer or the broken connection."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from dgm.models.apis import Api
from dgm.models.bounded_client import MAX_ANSWER_BYTES, AnswerTooLarge
from dgm.models.endpoint import Endpoint
from dgm.values import plain

LACKING = frozenset({404, 405, 501})
"""What endpoints answer that do not have what was asked for."""
BUSY = frozenset({429, 503, 529})
"""What endpoints answer that work, and have too much to do."""
_MAX_WAIT_S = 1e6
_OVERFLOW = re.compile(r"context[ _](length|size|window)|exceed_context|too many tokens|prompt is too long", re.I)


class FaultKind(StrEnum):
    """What a failed try means for the next."""

    PASSING = "passing"  # worth another try
    REQUEST = "request"  # the caller's own fault
    OVERFLOW = "overflow"  # the caller's own fault: too much context
    LACKING = "lacking"  # the endpoint has no such API
    REFUSED = "refused"  # key, model or account: nothing will work until a person acts


class UpstreamFault(Exception):
    """One failed try. Its text is free of key and address. Never leaves this package.

    Args:
        retry_after_s: what the endpoint asked to wait; None where it did not say.
        worked: whether the endpoint may have done (and billed) work before it failed.
        status: of its HTTP answer; None where there was none.
    """

    def __init__(
        self,
        kind: FaultKind,
        text: str,
        *,
        retry_after_s: float | None = None,
        worked: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.worked = worked

    @property
    def is_busy(self) -> bool:
        """Whether the endpoint works, and only has too much to do."""
        return self.kind is FaultKind.PASSING and self.status in BUSY

    @property
    def may_be_load(self) -> bool:
        """Whether too much to do can look so: anything that passes, but for an endpoint that is not there at all."""
        return self.kind is FaultKind.PASSING and (self.worked or self.status is not None)


def too_late(timeout_s: float) -> UpstreamFault:
    """Return the fault of an endpoint that did not end its answer in time."""
    text = f"the endpoint did not answer within {timeout_s:.3g} seconds"
    return UpstreamFault(FaultKind.PASSING, text, worked=True)


def fault_of_error(error: APIError, endpoint: Endpoint, now: datetime, api: Api | None = None) -> UpstreamFault:
    """Return what an error of the client means.

    Args:
        now: to count from where the endpoint names the time of the next try.
        api: that was asked; None for the list of models.
    """
    if isinstance(error, APIStatusError):
        return _of_status(error, endpoint, now, api)
    if isinstance(error, APITimeoutError):
        return UpstreamFault(FaultKind.PASSING, "the endpoint did not answer in time", worked=True)
    if isinstance(error.__cause__, AnswerTooLarge):
        text = f"the endpoint's answer is larger than {MAX_ANSWER_BYTES >> 20} MiB"
        return UpstreamFault(FaultKind.PASSING, text, worked=True)
    refused = isinstance(error, APIConnectionError) and "ConnectError" in type(error.__cause__).__name__
    text = "the endpoint cannot be reached" if refused else "the connection to the endpoint broke"
    return UpstreamFault(FaultKind.PASSING, text, worked=not refused)


def _of_status(error: APIStatusError, endpoint: Endpoint, now: datetime, api: Api | None) -> UpstreamFault:
    reason = plain(endpoint.scrub(_reason(error)), limit=1000)
    text = f"the endpoint answered {error.status_code}: {reason}"
    wait_s = _retry_after_s(error, now)
    return UpstreamFault(_kind(error, reason, api), text, retry_after_s=wait_s, status=error.status_code)


def _kind(error: APIStatusError, reason: str, api: Api | None) -> FaultKind:
    status, code = error.status_code, f"{error.code or ''} {error.type or ''}"
    if "model_not_found" not in code and api in {Api.RESPONSES, Api.EMBEDDINGS} and status in LACKING:
        return FaultKind.LACKING
    if status in {401, 402, 403, 404} or "insufficient_quota" in code or "model_not_found" in code:
        return FaultKind.REFUSED
    if status in {408, 409, 425, 429} or status >= 500:
        return FaultKind.PASSING
    if status == 413 or _OVERFLOW.search(f"{reason} {code}"):
        return FaultKind.OVERFLOW
    return FaultKind.REQUEST


def _reason(error: APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        return str(inner.get("message", inner) if isinstance(inner, dict) else inner)
    return str(body or error.response.reason_phrase)


def _retry_after_s(error: APIStatusError, now: datetime) -> float | None:
    """Read the wait from `retry-after-ms` or `retry-after`: seconds, or a date, told from the endpoint's own clock."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except KeyError:
            continue
        except ValueError:
            seconds = _seconds_between(_date(headers.get("date")) or now, _date(headers[name]))
        if 0 <= seconds < _MAX_WAIT_S:
            return seconds
    return None


def _date(text: str | None) -> datetime | None:
    """Read a date of HTTP; None for anything else, and for one without a time zone."""
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _seconds_between(start: datetime, end: datetime | None) -> float:
    """Return the seconds, none for a time that has passed; infinity where there is no end."""
    return float("inf") if end is None else max(0.0, (end - start).total_seconds())
