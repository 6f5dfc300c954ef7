"""What an agent's commit says: a subject, the proposal in a line, and trailers that name where it came from."""

from collections.abc import Iterable

from dgm.values import AttemptOutcome, AttemptRecord, Focus, Manifest, plain

_LINE = 200


def founder_message(number: int, manifest: Manifest) -> str:
    """Return the message of an agent without a parent."""
    return f"a{number}: founder {plain(manifest.name, limit=60)}\n"


def child_message(number: int, attempt: AttemptRecord, outcome: AttemptOutcome) -> str:
    """Return the message of a child. Nothing in it that an agent or a model wrote can pass for a trailer."""
    proposal = plain(outcome.proposal, limit=_LINE).strip() or "(no proposal)"
    trailers = {
        "Attempt": str(attempt.attempt_id),
        "Focus": _focus(attempt.focus),
        "Model": ", ".join(_models(outcome)) or "none",
    }
    if attempt.editor is not None:
        trailers["Editor"] = f"a{attempt.editor}"
    lines = (f"{name}: {plain(value, limit=_LINE)}" for name, value in trailers.items())
    return "\n".join((f"a{number}: child of a{attempt.parent}", "", f"Proposal: {proposal}", "", *lines, ""))


def _focus(focus: Focus) -> str:
    return f"{focus.kind} {', '.join(focus.tasks) or focus.task_id or ''}".rstrip()


def _models(outcome: AttemptOutcome) -> Iterable[str]:
    rewrote = {call.model for call in outcome.calls if call.purpose == "improve"}
    return sorted(rewrote or {call.model for call in outcome.calls})
