"""What went through one gateway, as JSON lines and as calls for the books. Kept on the host, out of agents' reach."""

import json
import threading

from dgm.models.apis import Api
from dgm.models.replies import Json
from dgm.values import Call

MAX_BYTES = 32 << 20
"""Lines beyond it keep everything but request and response."""
MAX_VECTORS = MAX_BYTES // 4
"""Of embeddings alone, which cost few tokens and have long answers: they must not crowd out what was said."""
MAX_FREE = 200
"""Calls that cost nothing, refused ones above all, that are recorded; a flood of more is only counted."""


class Transcript:
    """The record of one gateway's calls. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # protects all below
        self._calls: list[Call] = []
        self._lines: list[bytes] = []
        self._bytes = 0
        self._vectors = 0  # bytes of embeddings among them
        self._free = 0

    def add(self, call: Call, request: Json | None, response: Json, *, notes: Json) -> None:
        """Record one call.

        Args:
            request: as it was passed on; None where none was.
            response: what the caller was given.
            notes: what else is worth knowing: the API, the HTTP status, stripped fields, a clipped charge.
        """
        head: Json = {
            "started_at": call.started_at,
            "seconds": round(call.seconds, 6),
            "purpose": call.purpose,
            "model": call.model,
            "status": str(call.status),
            "retries": call.retries,
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "cost_usd": call.cost_usd,
            **notes,
        }
        with self._lock:
            if not call.input_tokens and not call.output_tokens:
                self._free += 1
                if self._free > MAX_FREE:
                    return
            self._calls.append(call)
            head = {"call": len(self._calls), **head}
            self._append(_line({**head, "request": request, "response": response}), head)

    def result(self) -> tuple[tuple[Call, ...], bytes]:
        """Return the calls and the JSON lines so far."""
        with self._lock:
            lines = list(self._lines)
            if self._free > MAX_FREE:
                lines.append(_line({"free_and_not_recorded": self._free - MAX_FREE}))
            return tuple(self._calls), b"".join(lines)

    def _append(self, line: bytes, head: Json) -> None:
        is_vectors = head.get("api") == Api.EMBEDDINGS
        if self._bytes + len(line) > MAX_BYTES or (is_vectors and self._vectors + len(line) > MAX_VECTORS):
            line = _line({**head, "request": None, "response": None, "omitted": "the transcript is full"})
        self._bytes += len(line)
        self._vectors += len(line) * is_vectors
        self._lines.append(line)


def _line(entry: Json) -> bytes:
    return json.dumps(entry, ensure_ascii=True).encode() + b"\n"
