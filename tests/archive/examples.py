"""Values that the archive's tests record."""

from dgm.archive import Run
from dgm.ports import Archive
from dgm.values import (
    AttemptOutcome,
    Call,
    CallStatus,
    Decision,
    Failure,
    FileEntry,
    Finish,
    Focus,
    FocusKind,
    Grader,
    Lease,
    Manifest,
    SandboxLevel,
    Spent,
    Tree,
    TrialOutcome,
    TrialRecord,
    Verdict,
)

CONFIG = "[budget]\nattempts = 3\n"
SUITE = Tree.of({"suite.toml": "name = 'tiny'\n", "tasks/t1/hidden/test_it.py": "assert True\n"})
FOUNDER = Tree(
    {
        "agent.toml": FileEntry(b"[agent]\nname = 'basic'\n"),
        "basic/__init__.py": FileEntry(b""),
        "basic/loop.py": FileEntry(b"print('one')\n"),
        "basic/deep/er/picture.bin": FileEntry(bytes(range(256))),
        "run.sh": FileEntry(b"#!/bin/sh\n", executable=True),
        "docs/how to \N{LATIN SMALL LETTER E WITH ACUTE}.md": FileEntry(b"words\n"),
    }
)
MANIFEST = Manifest("basic", "a founder", ("python", "-m", "basic"), test=("python", "-m", "pytest"))
LEASE = Lease(tokens=1000, cost_usd=1.5, seconds=60.0)
SPENT = Spent(tokens=300, cost_usd=0.5, seconds=7.0)
FOCUS = Focus(FocusKind.TASK, "t1")
LEVEL = SandboxLevel("fake", "0" * 64, ("no network",), ("nothing at all",))
CALL = Call("improve", "small-model", 200, 100, 0.5, 2.0, CallStatus.OK, started_at="2026-01-01T00:00:00+00:00")


def decision(agent: int = 0, *tasks: str) -> Decision:
    return Decision("dgm", "evaluate" if tasks else "expand", agent, tasks, {agent: 0.25}, '{"state": 1}', "drawn")


def child_of(parent: Tree, text: str = "two") -> Tree:
    return parent.with_files({"basic/loop.py": FileEntry(f"print({text!r})\n".encode())})


def success(attempt: int, child: Tree | None = None, proposal: str = "print something else") -> AttemptOutcome:
    return AttemptOutcome(
        attempt,
        child or child_of(FOUNDER),
        MANIFEST,
        None,
        "",
        proposal,
        SPENT,
        level=LEVEL,
        calls=(CALL,),
        artifacts={"transcript.jsonl": b"{}\n", "child.diff": b"+two\n"},
    )


def failure(attempt: int, detail: str = "nothing was edited") -> AttemptOutcome:
    return AttemptOutcome(attempt, None, None, Failure.NO_CHANGE, detail, "try", SPENT, calls=(CALL,))


def scored(trial: int, *, resolved: bool = True) -> TrialOutcome:
    verdict = Verdict(resolved, Finish.RESOLVED if resolved else Finish.TESTS_FAILED, int(resolved), 1)
    return TrialOutcome(
        trial,
        verdict,
        agent_digest=FOUNDER.digest,
        suite_digest=SUITE.digest,
        level=LEVEL,
        spent=SPENT,
        calls=(CALL,),
        solve_ended="exited",
        solve_exit_code=0,
        artifacts={"transcript.jsonl": b'{"n": %d}\n' % trial, "grading.log": b"secret\n"},
        public_artifacts=("transcript.jsonl",),
        grader=Grader.PYTEST,
    )


def unscored(trial: int) -> TrialOutcome:
    return TrialOutcome(trial, None, FOUNDER.digest, SUITE.digest, LEVEL, SPENT, infrastructure="the engine went away")


def plant(archive: Archive) -> None:
    archive.add_founder(FOUNDER, MANIFEST)


def open_attempt(archive: Archive, parent: int = 0) -> int:
    return archive.open_attempt(parent, FOCUS, LEASE, decision(parent))


def add_child(archive: Archive, parent: int = 0, text: str = "two") -> int:
    tree = child_of(FOUNDER, text)
    child = archive.close_attempt(success(open_attempt(archive, parent), tree)).child
    assert child is not None
    return child


def open_trial(archive: Archive, task_id: str = "t1", agent: int = 0) -> TrialRecord:
    (number,) = archive.open_trials(agent, [(task_id, 0, LEASE)], decision(agent, task_id))
    return archive.trial(number)


def closed(archive: Archive, outcome: TrialOutcome) -> TrialRecord:
    archive.close_trial(outcome)
    return archive.trial(outcome.trial_id)


def git_dir(run: Run) -> str:
    return str(run.folder / "archive.git")
