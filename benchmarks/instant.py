"""Work that takes no time, for benchmarks of everything around it."""

import pickle
from dataclasses import dataclass

from dgm.values import (
    AttemptOrder,
    AttemptOutcome,
    Call,
    CallStatus,
    Feedback,
    Finish,
    Grader,
    Manifest,
    SandboxLevel,
    ScreeningOrder,
    ScreeningOutcome,
    Spent,
    Split,
    Suite,
    Task,
    Tree,
    TrialOrder,
    TrialOutcome,
    Verdict,
    Work,
)

MANIFEST = Manifest("instant", "", ("true",))
LEVEL = SandboxLevel("fake", "0" * 64)
FILES = 40
SPENT = Spent(100, 0.0, 0.0)
CALLS = (Call("solve", "instant", 80, 20, 0.0, 0.0, CallStatus.OK),)
TRANSCRIPT = b'{"request": {"messages": []}, "response": {"choices": []}, "status": "ok"}\n' * 40


def founder() -> Tree:
    """Return an agent of 40 files of about 1 KiB."""
    return Tree.of({"agent.toml": "[agent]\n", **{f"agent/part{i}.py": f"x = {i}\n" * 128 for i in range(FILES - 1)}})


def suite(tasks: int) -> Suite:
    """Return a suite of one stage."""
    return Suite("instant", "1", "d" * 64, "MIT", Feedback.IDS, (tasks,), tuple(map(_task, range(tasks))))


def _task(number: int) -> Task:
    public = Tree.of({f"file{i}.py": "y = 1\n" * 50 for i in range(5)})
    hidden = Tree.of({"test_it.py": "assert True\n"})
    tests = tuple(f"test_{i}" for i in range(5))
    return Task(
        f"t{number}", "instant", "repair", public, hidden, Tree(), ("*",), Grader.PYTEST, tests, 60.0, Split.SEARCH, ""
    )


@dataclass(frozen=True)
class InstantHandler:
    """Resolves every third task; every attempt makes a child with one changed file."""

    def __call__(self, work: Work) -> bytes:
        """Answer at once."""
        order = pickle.loads(work.payload)
        return pickle.dumps(_outcome(order))

    def close(self) -> None:
        """Hold nothing."""


def _outcome(order: object) -> TrialOutcome | AttemptOutcome | ScreeningOutcome:
    match order:
        case TrialOrder():
            return trial_outcome(order)
        case AttemptOrder():
            child = order.parent.with_files(Tree.of({"agent/part0.py": f"x = {order.attempt_id}\n" * 128}).files)
            return AttemptOutcome(order.attempt_id, child, MANIFEST, None, "", "a proposal", SPENT, LEVEL, CALLS)
        case ScreeningOrder():
            return ScreeningOutcome(MANIFEST, None, "", SPENT, LEVEL, CALLS)
    raise TypeError(order)


def trial_outcome(order: TrialOrder) -> TrialOutcome:
    """Return what a trial would give."""
    resolved = int(order.task.task_id[1:]) % 3 == 0
    finish = Finish.RESOLVED if resolved else Finish.TESTS_FAILED
    return TrialOutcome(
        trial_id=order.trial_id,
        verdict=Verdict(resolved, finish, 5 * resolved, 5, () if resolved else order.task.expected),
        agent_digest=order.agent.digest,
        suite_digest=order.suite_digest,
        level=LEVEL,
        spent=SPENT,
        calls=CALLS,
        artifacts={"transcript.jsonl": TRANSCRIPT + b"%d\n" % order.trial_id, "answer.diff": b"+ a line\n"},
        public_artifacts=("transcript.jsonl", "answer.diff"),
    )


@dataclass(frozen=True)
class InstantFactory:
    """Builds an instant handler."""

    def __call__(self) -> InstantHandler:
        """Build it."""
        return InstantHandler()
