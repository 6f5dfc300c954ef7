"""A child that is refused may be worked on once more, with the reason."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from dgm.errors import ModelRefused, SandboxError
from dgm.values import AttemptOrder, Collected, Failure, Job, JobResult, Manifest, Refusal, RefusalReason, Tree
from tests.fakes import FakeModels, job_result
from tests.improve.acting import (
    AGENT,
    DIAGNOSIS,
    attempt_order,
    attempted,
    edit,
    instruction,
    played,
    tree_at,
)

OWN_WAY = Manifest("toy", "", ("python", "-m", "toy"), improve=("python", "-m", "toy.improve"))
FILES = ("toy/first.py", "toy/second.py", "toy/third.py")


def once_more(**changed: object) -> AttemptOrder:
    return attempt_order(**{"repairs": 1, **changed})  # type: ignore[arg-type]


def adding(job: Job) -> JobResult:
    """Add the next file to what stands in the workspace."""
    tree = tree_at(job, "/workspace")
    path = next(path for path in FILES if path not in tree)
    return job_result(job, changed={"/workspace": tree.with_files(Tree.of({path: "x = 1\n"}).files)})


def needing(path: str) -> Callable[[Job], JobResult]:
    """Let an agent's own tests fail until it has a file."""

    def test(job: Job) -> JobResult:
        passed = path in tree_at(job, "/agent")
        printed = b"" if passed else b"start\x1b[2J\n" + b"." * 9_000 + b"\nAssertionError: no " + path.encode()
        return job_result(job, exit_code=0 if passed else 1, stdout=printed)

    return test


def test_a_child_whose_own_tests_fail_is_repaired() -> None:
    outcome, sandbox = attempted(once_more(), improve=adding, test=needing("toy/second.py"))

    assert outcome.failure is None
    assert outcome.child is not None
    assert [path in outcome.child for path in FILES] == [True, True, False]
    assert played(sandbox)[:5] == ["improve", "test", "test", "improve", "test"]


def test_a_repair_starts_from_the_refused_child_and_is_made_by_the_parent() -> None:
    _, sandbox = attempted(once_more(), improve=adding, test=needing("toy/second.py"))

    repair = sandbox.jobs[3]
    assert tree_at(repair, "/agent") == AGENT
    assert "toy/first.py" in tree_at(repair, "/workspace")


def test_a_repair_is_told_the_proposal_the_reason_and_the_end_of_what_the_tests_printed() -> None:
    _, sandbox = attempted(once_more(), improve=adding, test=needing("toy/second.py"))

    told = instruction(sandbox.jobs[3])
    assert "Add a second try to the main function." in told
    assert "refused: its own tests fail (try 2: exit code 1" in told
    assert "    AssertionError: no toy/second.py" in told
    assert "\x1b" not in told
    assert len(told) < 6_000


def test_the_steps_tell_of_both_screenings_and_the_repair_between_them() -> None:
    outcome, _ = attempted(once_more(), improve=adding, test=needing("toy/second.py"))

    steps = [(step.name, step.passed) for step in outcome.steps]
    assert steps[:5] == [
        ("agent.toml", True),
        ("own tests", False),
        ("repair 1", True),
        ("agent.toml", True),
        ("own tests", True),
    ]


def test_the_difference_that_is_kept_is_from_the_parent_to_the_repaired_child() -> None:
    outcome, _ = attempted(once_more(), improve=adding, test=needing("toy/second.py"))

    assert outcome.artifacts["child.diff"].count(b"diff --git") == 2
    assert {"improve.jsonl", "repair-1.jsonl"} <= set(outcome.artifacts)


def test_a_repair_is_charged_to_the_attempt_and_never_exceeds_its_lease() -> None:
    models = FakeModels(answer=lambda _: DIAGNOSIS, calls_per_job=3)

    outcome, _ = attempted(once_more(), models=models, improve=adding, test=needing("toy/second.py"))

    used = 0
    for gateway in models.opened:
        assert gateway.lease.tokens <= once_more().lease.tokens - used
        used += gateway.report().spent.tokens
    assert outcome.spent.tokens == used
    assert [gateway.purpose for gateway in models.opened].count("improve") == 2


@pytest.mark.parametrize("repairs", [0, 1, 2])
def test_repairs_are_bounded(repairs: int) -> None:
    outcome, sandbox = attempted(once_more(repairs=repairs), improve=adding, test=needing("never"))

    assert outcome.failure is Failure.OWN_TESTS
    assert played(sandbox).count("improve") == 1 + repairs


def test_a_repair_that_changes_nothing_leaves_the_failure_as_it_was() -> None:
    def only_first(job: Job) -> JobResult:
        return job_result(job) if "toy/first.py" in tree_at(job, "/workspace") else adding(job)

    outcome, _ = attempted(once_more(), improve=only_first, test=needing("toy/second.py"))

    assert outcome.failure is Failure.OWN_TESTS
    assert outcome.detail.endswith("; repair 1: the agent changed nothing")
    assert (outcome.steps[-1].name, outcome.steps[-1].passed) == ("repair 1", False)


def test_a_repair_that_takes_the_change_back_is_no_child() -> None:
    def back_and_forth(job: Job) -> JobResult:
        refused = "toy/first.py" in tree_at(job, "/workspace")
        return job_result(job, changed={"/workspace": AGENT}) if refused else adding(job)

    outcome, _ = attempted(once_more(), improve=back_and_forth, test=needing("toy/first.pyc"))

    assert (outcome.failure, outcome.child) == (Failure.OWN_TESTS, None)


def test_a_change_that_breaks_the_path_policy_is_made_anew_from_the_parent() -> None:
    def linking_first(job: Job) -> JobResult:
        result = adding(job)
        if "refused" in instruction(job):
            return result
        bad = Collected(result.collected["/workspace"].tree, (Refusal("toy/link", RefusalReason.SYMLINK),))
        return replace(result, collected={**result.collected, "/workspace": bad})

    outcome, sandbox = attempted(once_more(), improve=linking_first)

    assert outcome.failure is None
    assert tree_at(sandbox.jobs[1], "/workspace") == AGENT
    assert "Nothing of it is left here" in instruction(sandbox.jobs[1])


def test_nothing_that_the_trivial_tasks_grading_printed_is_told() -> None:
    def leaking(job: Job) -> JobResult:
        return job_result(job, exit_code=1, stdout=b"SECRET", stderr=b"SECRET")

    outcome, sandbox = attempted(once_more(), improve=adding, grade=leaking)

    repair = next(job for job in sandbox.jobs if job.label == "repair-1")
    assert "it cannot do a trivial task" in instruction(repair)
    assert b"SECRET" not in b"".join(entry.data for mount in repair.mounts for entry in mount.tree.files.values())
    assert "SECRET" not in outcome.detail


def test_a_child_whose_canary_fails_is_repaired() -> None:
    def clumsy(job: Job) -> JobResult:
        return edit(job) if "toy/second.py" in tree_at(job, "/agent") else job_result(job)

    outcome, _ = attempted(once_more(), improve=adding, edit=clumsy)

    assert outcome.failure is None


@pytest.mark.parametrize("failing", ["test", "improve"])
def test_what_is_not_the_childs_fault_is_not_repaired(failing: str) -> None:
    def broken(job: Job) -> JobResult:
        raise SandboxError("the engine hiccuped")

    outcome, sandbox = attempted(once_more(), **{"improve": adding, failing: broken})

    assert outcome.failure is Failure.INFRASTRUCTURE
    assert {job.label for job in sandbox.jobs}.isdisjoint({"repair-1"})


def test_an_agent_that_changes_nothing_is_not_asked_again() -> None:
    _, sandbox = attempted(once_more(), improve=job_result)

    assert played(sandbox) == ["improve"]


def test_an_endpoint_that_refuses_during_a_repair_stops_the_run() -> None:
    class Refusing(FakeModels):
        def open(self, *given: object, **named: object):  # type: ignore[no-untyped-def,override]
            if named["purpose"] == "improve" and any(gateway.purpose == "improve" for gateway in self.opened):
                raise ModelRefused("the key is refused")
            return super().open(*given, **named)  # type: ignore[arg-type]

    outcome, _ = attempted(
        once_more(), models=Refusing(answer=lambda _: DIAGNOSIS), improve=adding, test=needing("toy/second.py")
    )

    assert (outcome.failure, outcome.must_stop) == (Failure.INFRASTRUCTURE, "the key is refused")


def test_an_agent_with_its_own_improve_repairs_in_its_own_way() -> None:
    outcome, sandbox = attempted(once_more(manifest=OWN_WAY), improve=adding, test=needing("toy/second.py"))

    repair = next(job for job in sandbox.jobs if job.label == "repair-1")
    focus = json.loads(tree_at(repair, "/task").text("focus.json"))
    assert outcome.failure is None
    assert repair.command == OWN_WAY.improve
    assert focus["refused"]["reason"] == "its own tests fail"
