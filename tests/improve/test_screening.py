from functools import partial

import pytest

from dgm.errors import SandboxError
from dgm.improve import run_screening
from dgm.values import Collected, Ended, Failure, Job, JobResult, Limits, Refusal, RefusalReason, ScreeningOutcome, Tree
from tests.fakes import FakeClock, FakeModels, FakeSandbox, job_result
from tests.improve.acting import AGENT, ActingAgent, Role, edit, instruction, screening_order


def screened(
    agent: Tree = AGENT, *, models: FakeModels | None = None, without_model: bool = False, **roles: Role
) -> tuple[ScreeningOutcome, ActingAgent]:
    acting = ActingAgent(roles)
    given = None if without_model else models or FakeModels()
    outcome = run_screening(screening_order(agent), FakeSandbox(acting), given, FakeClock(), Limits())
    return outcome, acting


def test_a_good_agent_passes_every_check_at_the_first_try() -> None:
    outcome, _ = screened()

    assert outcome.failure is None
    assert [(step.name, step.passed, step.tries) for step in outcome.steps] == [
        ("agent.toml", True, 1),
        ("own tests", True, 1),
        ("start", True, 1),
        ("trivial task", True, 1),
        ("self edit", True, 1),
    ]


def test_a_screening_gives_the_manifest_the_level_and_what_it_cost() -> None:
    outcome, _ = screened()

    assert outcome.manifest is not None
    assert outcome.manifest.name == "toy"
    assert outcome.level is not None
    assert outcome.spent.tokens == sum(call.input_tokens + call.output_tokens for call in outcome.calls) > 0
    assert {call.purpose for call in outcome.calls} == {"screen"}


def test_an_agent_without_a_manifest_is_never_run() -> None:
    outcome, acting = screened(Tree.of({"main.py": "x"}))

    assert outcome.failure is Failure.BAD_MANIFEST
    assert acting.played == []


def test_without_a_model_only_the_checks_that_need_none_are_made() -> None:
    outcome, acting = screened(without_model=True)

    assert outcome.failure is None
    assert [step.name for step in outcome.steps] == ["agent.toml", "own tests"]
    assert acting.played == ["test"]


def test_failing_own_tests_are_tried_twice_and_end_the_screening() -> None:
    outcome, acting = screened(test=partial(job_result, exit_code=1, stderr=b"1 failed\x1b[2J\n"))

    assert outcome.failure is Failure.OWN_TESTS
    assert acting.played == ["test", "test"]
    assert "exit code 1" in outcome.detail
    assert "\x1b" not in outcome.detail


def test_an_agent_without_tests_of_its_own_skips_them() -> None:
    bare = Tree.of({"agent.toml": '[agent]\nname = "a"\n[commands]\nsolve = ["./run"]\n', "run": "x\n"})

    outcome, acting = screened(bare)

    assert outcome.failure is None
    assert "test" not in acting.played


def test_own_tests_get_no_gateway_and_no_address_of_one() -> None:
    jobs: list[Job] = []

    def look(job: Job) -> JobResult:
        jobs.append(job)
        return job_result(job)

    screened(test=look)

    assert jobs[0].gateway_socket is None
    assert not any(name.startswith("OPENAI") for name in jobs[0].environment)


def test_the_start_has_an_empty_lease_and_twenty_seconds() -> None:
    models = FakeModels()

    screened(models=models)

    assert models.opened[0].lease.tokens == 1
    assert models.opened[0].lease.seconds == 20


def test_an_agent_that_calls_no_model_does_not_start() -> None:
    outcome, acting = screened(models=FakeModels(calls_per_job=0))

    assert outcome.failure is Failure.NO_START
    assert acting.played == ["test", "start", "start"]


@pytest.mark.parametrize("ended", [Ended.TIMED_OUT, Ended.OUT_OF_MEMORY, Ended.KILLED])
def test_a_start_that_ends_badly_after_its_call_is_a_start(ended: Ended) -> None:
    outcome, _ = screened(start=partial(job_result, ended=ended))

    assert outcome.failure is None


def test_an_unrepaired_bug_fails_the_trivial_task() -> None:
    outcome, acting = screened(trivial=job_result)

    assert outcome.failure is Failure.TRIVIAL_TASK
    assert acting.played.count("grade") == 0


def test_the_host_compares_what_the_repaired_function_prints() -> None:
    outcome, acting = screened(grade=partial(job_result, stdout=b"12\nall tests passed\n"))

    assert outcome.failure is Failure.TRIVIAL_TASK
    assert acting.played.count("grade") == 2


def test_a_second_try_at_the_trivial_task_can_pass() -> None:
    seen: list[str] = []

    def second(job: Job) -> JobResult:
        seen.append(instruction(job))
        return ActingAgent()(job) if len(seen) == 2 else job_result(job)

    outcome, _ = screened(trivial=second)

    assert outcome.failure is None
    assert seen[0] != seen[1]


def test_the_trivial_task_is_asked_with_numbers_that_were_not_shown() -> None:
    shown: list[str] = []
    asked: list[str] = []

    screened(
        trivial=lambda job: shown.append(instruction(job)) or ActingAgent()(job),
        grade=lambda job: asked.append(job.command[-1]) or ActingAgent()(job),
    )

    assert asked[0].rpartition("area")[2].strip("()") not in shown[0]


@pytest.mark.parametrize(
    ("add", "fault"),
    [
        (lambda text, line: text, "does not hold"),
        (lambda text, line: line + "\n", "lost lines"),
        (lambda text, line: f"{text}\n    {line}\n", "does not hold"),
    ],
)
def test_a_wrong_edit_of_its_own_source_is_found(add: object, fault: str) -> None:
    outcome, acting = screened(edit=partial(edit, add=add))  # type: ignore[arg-type]

    assert outcome.failure is Failure.SELF_EDIT
    assert fault in outcome.detail
    assert acting.played.count("edit") == 2


def test_an_edit_that_touches_another_file_is_refused() -> None:
    def careless(job: Job) -> JobResult:
        right = edit(job).collected["/workspace"].tree
        return job_result(job, changed={"/workspace": right.with_files({"tests/test_toy.py": None})})

    outcome, _ = screened(edit=careless)

    assert outcome.failure is Failure.SELF_EDIT
    assert "tests/test_toy.py" in outcome.detail


def test_a_link_left_behind_fails_the_edit() -> None:
    def linking(job: Job) -> JobResult:
        result = edit(job)
        link = Refusal("toy/link", RefusalReason.SYMLINK)
        result.collected["/workspace"] = Collected(result.collected["/workspace"].tree, (link,))  # type: ignore[index]
        return result

    outcome, _ = screened(edit=linking)

    assert outcome.failure is Failure.SELF_EDIT
    assert "symbolic link" in outcome.detail


def test_two_agents_are_never_asked_for_the_same_edit() -> None:
    asked: list[str] = []
    other = AGENT.with_files(Tree.of({"new.py": "y = 2\n"}).files)

    for agent in (AGENT, other):
        screened(agent, edit=lambda job: asked.append(instruction(job)) or edit(job))

    assert asked[0] != asked[1]


def test_a_screening_can_be_run_again_with_the_same_words() -> None:
    asked: list[str] = []

    for _ in range(2):
        screened(edit=lambda job: asked.append(instruction(job)) or edit(job))

    assert asked[0] == asked[1]


def broken(job: Job) -> JobResult:
    raise SandboxError("the engine hiccuped")


def test_a_sandbox_that_fails_three_times_is_infrastructure_and_no_second_try() -> None:
    outcome, acting = screened(start=broken)

    assert outcome.failure is Failure.INFRASTRUCTURE
    assert acting.played.count("start") == 3
    assert "hiccuped" in outcome.detail


def test_a_sandbox_that_fails_once_changes_nothing() -> None:
    failures = iter([True])

    def once(job: Job) -> JobResult:
        return broken(job) if next(failures, False) else job_result(job)

    outcome, _ = screened(start=once)

    assert outcome.failure is None
