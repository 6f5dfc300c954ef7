import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest

from dgm.values import (
    Collected,
    Editor,
    Ended,
    Failure,
    Focus,
    FocusKind,
    Job,
    JobResult,
    Manifest,
    Refusal,
    RefusalReason,
    Tree,
)
from tests.fakes import FakeClock, FakeModels, job_result
from tests.improve.acting import (
    AGENT,
    DIAGNOSIS,
    attempt_order,
    attempted,
    improve,
    instruction,
    played,
    tree_at,
)

OWN_WAY = Manifest("toy", "", ("python", "-m", "toy"), improve=("python", "-m", "toy.improve"))


def test_a_good_change_becomes_a_child() -> None:
    outcome, _ = attempted()

    assert outcome.failure is None
    assert outcome.child is not None
    assert outcome.child.text("toy/second_try.py") == "again = True\n"
    assert outcome.manifest is not None
    assert [step.passed for step in outcome.steps] == [True] * 5


def test_the_diagnosis_becomes_the_instruction_and_the_proposal() -> None:
    outcome, sandbox = attempted()

    assert "Add a second try to the main function." in outcome.proposal
    assert outcome.proposal in instruction(sandbox.jobs[0])


def test_the_agent_works_on_a_copy_of_itself_with_its_own_source_read_only() -> None:
    _, sandbox = attempted()

    mounts = {mount.path: mount for mount in sandbox.jobs[0].mounts}
    assert mounts["/agent"].tree == mounts["/workspace"].tree == AGENT
    assert {path for path, mount in mounts.items() if mount.writable} == {"/workspace", "/out"}


def test_an_editor_works_on_a_copy_of_the_parent_with_its_own_source_and_command() -> None:
    founder = Editor(7, Tree.of({"agent.toml": "[agent]", "main.py": "edit()\n"}), Manifest("f", "", ("edit",)))

    outcome, sandbox = attempted(attempt_order(editor=founder))

    job = sandbox.jobs[0]
    assert (tree_at(job, "/agent"), tree_at(job, "/workspace"), job.command) == (founder.agent, AGENT, ("edit",))
    assert outcome.child is not None
    assert outcome.child["toy/__main__.py"] == AGENT["toy/__main__.py"]


def test_an_editor_with_its_own_way_to_improve_needs_no_diagnosis() -> None:
    outcome, sandbox = attempted(attempt_order(editor=Editor(7, AGENT, OWN_WAY)))

    assert sandbox.jobs[0].command == OWN_WAY.improve
    assert not any(call.purpose == "diagnose" for call in outcome.calls)


def test_the_child_is_screened_and_not_the_parent() -> None:
    outcome, sandbox = attempted()

    started = [job for job in sandbox.jobs if job.label == "screen-start"]
    assert outcome.child is not None
    assert [tree_at(job, "/agent").digest for job in started] == [outcome.child.digest]


def test_the_history_holds_lineage_trials_transcripts_and_budget() -> None:
    _, sandbox = attempted()

    history = tree_at(sandbox.jobs[0], "/history")
    assert list(history) == [
        "attempts.json",
        "budget.json",
        "lineage.json",
        "transcripts/000-fix-it.jsonl",
        "trials.json",
    ]
    assert json.loads(history.text("trials.json"))[0]["task"] == "fix-it"


def test_every_call_is_charged_to_the_attempt() -> None:
    outcome, _ = attempted()

    assert {call.purpose for call in outcome.calls} == {"diagnose", "improve", "screen"}
    assert outcome.spent.tokens == sum(call.input_tokens + call.output_tokens for call in outcome.calls)


def test_the_seconds_of_an_attempt_are_those_of_the_clock() -> None:
    clock = FakeClock()

    def slow(job: Job) -> JobResult:
        clock.advance(100.0)
        return improve(job)

    outcome, _ = attempted(clock=clock, improve=slow)

    assert outcome.spent.seconds == pytest.approx(100.0)


def test_the_artifacts_of_an_attempt_are_kept_by_name() -> None:
    outcome, _ = attempted(improve=lambda job: job_result(job, stdout=b"done\n", changed=improve_change(job)))

    assert {"proposal.md", "child.diff", "diagnose.jsonl", "improve.jsonl", "improve.log"} <= set(outcome.artifacts)
    assert {"screen-start.jsonl", "screen-trivial-task.jsonl", "screen-self-edit.jsonl"} <= set(outcome.artifacts)


@pytest.mark.parametrize("failure", [None, Failure.NO_CHANGE])
def test_the_agents_notes_are_kept_up_to_a_size(failure: Failure | None) -> None:
    notes = Tree.of({"a.txt": "small", "b.bin": b"x" * (5 << 20)})

    def noting(job: Job) -> JobResult:
        change = {} if failure else improve_change(job)
        return job_result(job, changed={**change, "/out": notes})

    outcome, _ = attempted(improve=noting)

    assert outcome.failure is failure
    assert list(Tree.from_tar(outcome.artifacts["out.tar"])) == ["a.txt"]


def improve_change(job: Job) -> dict[str, Tree]:
    return {"/workspace": improve(job).collected["/workspace"].tree}


@pytest.mark.parametrize(("ended", "exit_code"), [(Ended.TIMED_OUT, None), (Ended.EXITED, 3), (Ended.KILLED, None)])
def test_work_that_was_cut_off_is_taken_as_it_stands(ended: Ended, exit_code: int | None) -> None:
    def cut_off(job: Job) -> JobResult:
        return job_result(job, ended=ended, exit_code=exit_code, changed=improve_change(job))

    outcome, _ = attempted(improve=cut_off)

    assert outcome.failure is None


def test_an_unchanged_tree_is_no_child() -> None:
    outcome, sandbox = attempted(improve=job_result)

    assert outcome.failure is Failure.NO_CHANGE
    assert played(sandbox) == ["improve"]
    assert outcome.proposal != ""


def test_a_workspace_of_which_nothing_could_be_read_is_no_change() -> None:
    outcome, _ = attempted(improve=partial(job_result, ended=Ended.KILLED, changed={"/workspace": Tree()}))

    assert outcome.failure is Failure.NO_CHANGE
    assert "killed" in outcome.detail


def test_only_caches_are_no_change() -> None:
    def caches(job: Job) -> JobResult:
        cached = AGENT.with_files(Tree.of({"toy/__pycache__/a.pyc": b"\0"}).files)
        return job_result(job, changed={"/workspace": cached})

    assert attempted(improve=caches)[0].failure is Failure.NO_CHANGE


def test_an_attempt_in_which_another_tree_ran_than_the_parent_makes_no_child() -> None:
    def other(job: Job) -> JobResult:
        return replace(job_result(job, changed=improve_change(job)), digests={"/agent": "f" * 64})

    outcome, _ = attempted(improve=other)

    assert outcome.failure is Failure.INFRASTRUCTURE


def test_a_link_in_the_child_is_refused() -> None:
    def linking(job: Job) -> JobResult:
        refused = (Refusal("toy/\x1b[2J", RefusalReason.SYMLINK),)
        result = job_result(job)
        collected = {**result.collected, "/workspace": Collected(improve_change(job)["/workspace"], refused)}
        return replace(result, collected=collected)

    outcome, _ = attempted(improve=linking)

    assert outcome.failure is Failure.REFUSED_CHANGE
    assert "symbolic link" in outcome.detail
    assert "\x1b" not in outcome.detail


@pytest.mark.parametrize(
    ("left", "failure"),
    [
        (AGENT.with_files(Tree.of({"git~2": ""}).files), Failure.REFUSED_CHANGE),
        (Tree.of({"toy/__pycache__/a.pyc": ""}), Failure.REFUSED_CHANGE),
        (Tree.of({"toy/__main__.py": ""}), Failure.BAD_MANIFEST),
        (Tree.of({"agent.toml": b"\xff"}), Failure.BAD_MANIFEST),
        (Tree.of({"agent.toml/x": ""}), Failure.BAD_MANIFEST),
    ],
)
def test_a_tree_that_cannot_be_an_agent_is_a_failed_attempt(left: Tree, failure: Failure) -> None:
    outcome, _ = attempted(improve=partial(job_result, changed={"/workspace": left}))

    assert (outcome.failure, outcome.child) == (failure, None)


def test_a_child_with_a_broken_manifest_is_never_run() -> None:
    def breaking(job: Job) -> JobResult:
        return job_result(job, changed={"/workspace": AGENT.with_files(Tree.of({"agent.toml": "x"}).files)})

    outcome, sandbox = attempted(improve=breaking)

    assert outcome.failure is Failure.BAD_MANIFEST
    assert outcome.child is None
    assert played(sandbox) == ["improve"]


def test_a_child_that_fails_its_screening_keeps_its_steps_and_its_difference() -> None:
    outcome, _ = attempted(trivial=job_result)

    assert outcome.failure is Failure.TRIVIAL_TASK
    assert outcome.child is None
    assert outcome.steps[-1].name == "trivial task"
    assert b"second_try" in outcome.artifacts["child.diff"]


def test_an_unusable_diagnosis_is_asked_four_times() -> None:
    models = FakeModels(answer=lambda _: "I would improve everything.", calls_per_job=0)

    outcome, sandbox = attempted(models=models)

    assert outcome.failure is Failure.DIAGNOSIS
    assert len(models.opened[0].calls) == 4
    assert sandbox.jobs == []


def test_a_diagnosis_that_fails_at_first_gets_the_reason() -> None:
    asked: list[str] = []

    def answer(messages: Sequence[Mapping[str, str]]) -> str:
        asked.append(messages[-1]["content"])
        return '{"improve": "x"}' if len(asked) == 1 else DIAGNOSIS

    outcome, _ = attempted(models=FakeModels(answer=answer))

    assert outcome.failure is None
    assert "how: Field required" in asked[1]


def test_an_agent_with_its_own_improve_needs_no_diagnosis() -> None:
    models = FakeModels()

    outcome, sandbox = attempted(attempt_order(manifest=OWN_WAY), models=models)

    assert outcome.failure is None
    assert sandbox.jobs[0].command == OWN_WAY.improve
    assert "diagnose" not in {gateway.purpose for gateway in models.opened}


def test_its_own_improve_gets_the_focus_as_a_file() -> None:
    focus = Focus(FocusKind.CONTEXT_OVERFLOW)

    _, sandbox = attempted(attempt_order(manifest=OWN_WAY, focus=focus))

    given = json.loads(tree_at(sandbox.jobs[0], "/task").text("focus.json"))
    assert (given["kind"], given["task"]) == ("context overflow", None)


def test_a_proposal_that_its_own_improve_leaves_is_taken_harmless_and_short() -> None:
    def proposing(job: Job) -> JobResult:
        note = Tree.of({"proposal.md": "Better\x1b[2J edits.\n" + "x" * 100_000})
        return job_result(job, changed={**improve_change(job), "/out": note})

    outcome, _ = attempted(attempt_order(manifest=OWN_WAY), improve=proposing)

    assert outcome.proposal.startswith("Better?[2J edits.\n")
    assert len(outcome.proposal) <= 8_000
