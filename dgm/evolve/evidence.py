"""What the improving side may see of the past: public parts of trials. Reads the archive.

Never in it: tasks of the holdout, hidden tests, references, and what a grading sandbox printed.
"""

from functools import lru_cache

from dgm.evaluations import public_feedback, public_finish
from dgm.ports import Archive
from dgm.values import Split, Suite, TrialDigest, TrialRecord, TrialState

TRANSCRIPT = "transcript.jsonl"
ANSWER = "answer.diff"

MAX_TRANSCRIPTS_BYTES = 8 << 20
"""Of all trials of one agent together; those of unresolved trials come first."""

MAX_ANSWER_CHARS = 100_000


class Evidence:
    """Gathers what an attempt is told. Keeps recently used trees: they never change."""

    def __init__(self, archive: Archive, suite: Suite) -> None:
        self._archive = archive
        self._suite = suite
        self._tasks = {task.task_id: task for task in suite.split(Split.SEARCH)}
        self.tree = lru_cache(maxsize=64)(archive.tree)

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

    def _digest(self, trial: TrialRecord, room: int) -> TrialDigest:
        verdict = trial.verdict
        transcript = self._artifact(trial, TRANSCRIPT)
        return TrialDigest(
            task_id=trial.task_id,
            instruction=self._tasks[trial.task_id].instruction,
            resolved=_is_resolved(trial),
            finish="" if verdict is None else public_finish(verdict, self._suite.feedback),
            feedback="" if verdict is None else public_feedback(verdict, self._suite.feedback),
            answer_diff=self._artifact(trial, ANSWER).decode("utf-8", "replace")[:MAX_ANSWER_CHARS],
            transcript=transcript if len(transcript) <= room else b"",
        )

    def _artifact(self, trial: TrialRecord, name: str) -> bytes:
        sha256 = trial.artifacts.get(name)
        return b"" if sha256 is None else self._archive.artifact(sha256, of=trial)


def _is_resolved(trial: TrialRecord) -> bool:
    return trial.verdict is not None and trial.verdict.resolved
