"""What the improving side may see of the past: public parts of trials, and the lineage. Reads the archive.

Never in it: tasks of the holdout, hidden tests, references, and what a grading sandbox printed.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from dgm.evaluations import public_feedback
from dgm.ports import Archive
from dgm.values import AgentRecord, Ancestor, Split, Suite, TrialDigest, TrialRecord, TrialState

TRANSCRIPT = "transcript.jsonl"
ANSWER = "answer.diff"

MAX_TRANSCRIPTS_BYTES = 8 << 20
"""Of all trials of one agent together; those of unresolved trials come first."""

MAX_ANSWER_CHARS = 100_000
MAX_ANCESTORS = 20
"""The newest ancestors that are told of, besides the founder."""


class Evidence:
    """Gathers what an attempt is told. Keeps recently used trees and differences: they never change."""

    def __init__(self, archive: Archive, suite: Suite) -> None:
        self._archive = archive
        self._suite = suite
        self._tasks = {task.task_id: task for task in suite.split(Split.SEARCH)}
        self.tree = lru_cache(maxsize=64)(archive.tree)
        self._diff = lru_cache(maxsize=256)(archive.diff)

    def trials(self, agent: int) -> tuple[TrialDigest, ...]:
        """Return the agent's scored trials in order; transcripts stop where their limit is reached."""
        scored = [t for t in self._archive.trials(agent) if t.state is TrialState.SCORED and t.task_id in self._tasks]
        room = MAX_TRANSCRIPTS_BYTES
        digests: dict[int, TrialDigest] = {}
        for trial in sorted(scored, key=_is_resolved):
            digest = self._digest(trial, room)
            room -= len(digest.transcript)
            digests[trial.trial_id] = digest
        return tuple(digests[trial.trial_id] for trial in scored)

    def lineage(self, line: Sequence[AgentRecord], scores: Mapping[int, tuple[int, int]]) -> tuple[Ancestor, ...]:
        """Return what is told of a line of agents, founder first; only the newest of a long one.

        Args:
            scores: agent number to resolved and n.
        """
        kept = [*line[:1], *line[1:][-MAX_ANCESTORS:]]
        return tuple(
            Ancestor(a.number, a.proposal, "" if a.parent is None else self._diff(a.number), *scores[a.number])
            for a in kept
        )

    def _digest(self, trial: TrialRecord, room: int) -> TrialDigest:
        verdict = trial.verdict
        transcript = self._artifact(trial, TRANSCRIPT)
        return TrialDigest(
            task_id=trial.task_id,
            instruction=self._tasks[trial.task_id].instruction,
            resolved=_is_resolved(trial),
            finish="" if verdict is None else verdict.finish.value,
            feedback="" if verdict is None else public_feedback(verdict, self._suite.feedback),
            answer_diff=self._artifact(trial, ANSWER).decode("utf-8", "replace")[:MAX_ANSWER_CHARS],
            transcript=transcript if len(transcript) <= room else b"",
        )

    def _artifact(self, trial: TrialRecord, name: str) -> bytes:
        sha256 = trial.artifacts.get(name)
        return b"" if sha256 is None else self._archive.artifact(sha256, of=trial)


def _is_resolved(trial: TrialRecord) -> bool:
    return trial.verdict is not None and trial.verdict.resolved
