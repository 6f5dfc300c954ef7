import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from dgm.errors import ModelRefused, ModelUnavailable, SandboxError, SandboxUnavailable
from dgm.evaluations import run_trial
from dgm.values import (
    Collected,
    Ended,
    Finish,
    GatewayReport,
    Grader,
    Job,
    JobResult,
    Lease,
    Limits,
    Refusal,
    RefusalReason,
    Spent,
    Tree,
    TrialOrder,
    TrialOutcome,
)
from tests.evaluations.builders import RIGHT, STUB, calls_task, graded_result, trial_order
from tests.fakes import FakeClock, FakeGateway, FakeModels, FakeSandbox, job_result

TASK = calls_task([{"name": "sum", "function": "tally:total", "args": [[1]], "expected": 1}])
ORDER = trial_order(TASK)
SOLVED = {"/workspace": Tree.of({"tally.py": RIGHT})}


@dataclass
class Bench:
    """A sandbox that solves with `solving` and grades with `results`, and a clock and models beside it."""

    solving: Callable[[Job], JobResult] = lambda job: job_result(job, changed=SOLVED)
    results: object = field(default_factory=lambda: [{"value": 1}])
    models: FakeModels = field(default_factory=FakeModels)
    clock: FakeClock = field(default_factory=lambda: FakeClock(step_s=0.5))
    solve_failures: int = 0
    grade_failures: int = 0
    jobs: list[Job] = field(default_factory=list)

    def behave(self, job: Job) -> JobResult:
        self.jobs.append(job)
        if job.gateway_socket is not None:
            self.solve_failures -= 1
            if self.solve_failures >= 0:
                raise SandboxError("the engine is gone")
            return self.solving(job)
        self.grade_failures -= 1
        if self.grade_failures >= 0:
            raise SandboxUnavailable("the image is gone")
        return graded_result(self.results)

    def run(self, order: TrialOrder = ORDER) -> TrialOutcome:
        sandbox = FakeSandbox(self.behave)
        return run_trial(order, sandbox, self.models, self.clock, Limits(), np.random.default_rng(0))


@dataclass
class FaultyModels(FakeModels):
    """Its gateways report a fault of the endpoint, or cannot be opened."""

    report: GatewayReport = field(default_factory=GatewayReport)
    error: Exception | None = None

    @contextmanager
    def open(self, model: str, lease: Lease, *, purpose: str) -> Iterator[FakeGateway]:
        if self.error is not None:
            raise self.error
        with FakeModels.open(self, model, lease, purpose=purpose) as gateway:
            gateway.report = lambda: self.report  # type: ignore[method-assign]
            yield gateway


def collecting(files: Mapping[str, str], *refused: Refusal) -> Callable[[Job], JobResult]:
    def behave(job: Job) -> JobResult:
        result = job_result(job)
        return replace(result, collected={**result.collected, "/workspace": Collected(Tree.of(files), refused)})

    return behave


def test_a_right_answer_is_resolved() -> None:
    outcome = Bench().run()

    assert outcome.verdict is not None
    assert outcome.verdict.finish is Finish.RESOLVED


def test_a_wrong_answer_is_scored() -> None:
    outcome = Bench(results=[{"value": 2}]).run()

    assert outcome.verdict is not None
    assert outcome.verdict.finish is Finish.TESTS_FAILED


def test_an_outcome_names_what_ran() -> None:
    outcome = Bench().run()

    assert (outcome.agent_digest, outcome.suite_digest) == (ORDER.agent.digest, ORDER.suite_digest)
    assert outcome.level is not None


@pytest.mark.parametrize("digests", [{}, {"/agent": "f" * 64}, {"/workspace": ORDER.agent.digest}])
def test_a_trial_gives_no_score_unless_its_sandbox_shows_that_the_agent_ran(digests: Mapping[str, str]) -> None:
    outcome = Bench(solving=lambda job: replace(job_result(job, changed=SOLVED), digests=digests)).run()

    assert outcome.verdict is None
    assert "not the agent" in (outcome.infrastructure or "")


def test_the_digest_of_an_outcome_is_what_the_sandbox_told() -> None:
    outcome = Bench(solving=lambda job: replace(job_result(job), digests={"/agent": "f" * 64})).run()

    assert outcome.agent_digest == "f" * 64


def test_an_outcome_names_how_it_was_graded() -> None:
    assert Bench().run().grader is Grader.FUNCTION


def test_an_outcome_of_which_nothing_ran_has_no_digest() -> None:
    assert Bench(solve_failures=3).run().agent_digest == ""


def test_an_empty_answer_skips_grading() -> None:
    bench = Bench(solving=job_result)

    outcome = bench.run()

    assert outcome.verdict is not None
    assert (outcome.verdict.finish, len(bench.jobs)) == (Finish.EMPTY, 1)


def test_a_workspace_that_could_not_be_read_is_an_empty_answer() -> None:
    outcome = Bench(solving=lambda job: job_result(job, ended=Ended.KILLED, changed={"/workspace": Tree()})).run()

    assert outcome.verdict is not None
    assert outcome.verdict.finish is Finish.EMPTY


def test_a_refused_answer_skips_grading() -> None:
    bench = Bench(solving=collecting({"tally.py": RIGHT}, Refusal("link", RefusalReason.SYMLINK)))

    outcome = bench.run()

    assert outcome.verdict is not None
    assert (outcome.verdict.finish, len(bench.jobs)) == (Finish.REFUSED, 1)


def test_changes_outside_are_dropped_and_recorded_and_the_rest_graded() -> None:
    bench = Bench(solving=collecting({"tally.py": RIGHT, "notes.txt": "mine"}))

    outcome = bench.run()

    graded = next(mount.tree for mount in bench.jobs[1].mounts if mount.path == "/workspace")
    assert (outcome.dropped, list(graded)) == (("notes.txt",), ["tally.py"])


def test_at_most_so_many_dropped_paths_are_recorded_and_the_rest_counted() -> None:
    files = {f"{n:04}.txt": "mine" for n in range(1_000)}
    outcome = Bench(solving=collecting({**files, "tally.py": RIGHT})).run()

    assert outcome.dropped == (*sorted(files)[:200], "and 800 more")


@pytest.mark.parametrize("ended", [Ended.TIMED_OUT, Ended.OUT_OF_MEMORY, Ended.KILLED])
def test_work_is_handed_in_however_solving_ended(ended: Ended) -> None:
    outcome = Bench(solving=lambda job: job_result(job, ended=ended, changed=SOLVED)).run()

    assert outcome.verdict is not None
    assert (outcome.verdict.resolved, outcome.solve_ended) == (True, ended.value)


@pytest.mark.parametrize(("solve_failures", "grade_failures"), [(2, 0), (0, 2), (2, 2)])
def test_a_sandbox_that_fails_twice_is_tried_again(solve_failures: int, grade_failures: int) -> None:
    outcome = Bench(solve_failures=solve_failures, grade_failures=grade_failures).run()

    assert outcome.verdict is not None
    assert outcome.verdict.resolved


@pytest.mark.parametrize(("solve_failures", "grade_failures"), [(3, 0), (0, 3)])
def test_a_sandbox_that_fails_three_times_leaves_the_trial_unscored(solve_failures: int, grade_failures: int) -> None:
    outcome = Bench(solve_failures=solve_failures, grade_failures=grade_failures).run()

    assert outcome.verdict is None
    assert "failed 3 times" in (outcome.infrastructure or "")


def test_every_try_is_paid_for_from_one_lease() -> None:
    bench = Bench(solve_failures=1)

    outcome = bench.run()

    assert outcome.spent.tokens == 30
    assert [gateway.lease.tokens for gateway in bench.models.opened] == [1000, 985]


def test_an_endpoint_that_failed_leaves_the_trial_unscored_though_there_is_an_answer() -> None:
    outcome = Bench(models=FaultyModels(report=GatewayReport(upstream_failed=True))).run()

    assert (outcome.verdict, outcome.must_stop) == (None, None)
    assert "endpoint" in (outcome.infrastructure or "")


def test_a_refused_key_must_stop_the_run() -> None:
    outcome = Bench(models=FaultyModels(report=GatewayReport(upstream_refused="401"))).run()

    assert (outcome.verdict, outcome.must_stop) == (None, "401")


@pytest.mark.parametrize(
    ("error", "must_stop"), [(ModelUnavailable("no answer"), None), (ModelRefused("no such model"), "no such model")]
)
def test_a_gateway_that_cannot_be_opened_leaves_the_trial_unscored(error: Exception, must_stop: str | None) -> None:
    outcome = Bench(models=FaultyModels(error=error)).run()

    assert (outcome.verdict, outcome.must_stop, outcome.infrastructure) == (None, must_stop, str(error))


def test_what_was_spent_holds_tokens_and_wall_seconds() -> None:
    outcome = Bench().run()

    assert outcome.spent.tokens == 15
    assert outcome.spent.seconds > 0


def solve_job() -> Job:
    bench = Bench()
    bench.run()
    return bench.jobs[0]


def test_the_agent_and_the_task_are_read_only_and_the_workspace_is_not() -> None:
    writable = {mount.path: mount.writable for mount in solve_job().mounts}

    assert writable == {"/agent": False, "/task": False, "/workspace": True, "/out": True}


def test_nothing_hidden_and_no_reference_is_mounted_for_solving() -> None:
    texts = json.dumps([[path, m.tree.text(path)] for m in solve_job().mounts for path in m.tree])

    assert "calls.json" not in texts
    assert "sum(numbers)" not in texts


def test_the_task_folder_holds_the_instruction_and_the_public_files() -> None:
    task = next(mount.tree for mount in solve_job().mounts if mount.path == "/task")

    assert (task.text("instruction.md"), task.text("public/tally.py")) == ("Make the tally work.", STUB)


def test_the_agent_starts_in_its_own_folder_with_its_own_modules() -> None:
    job = solve_job()

    assert (job.workdir, job.environment["PYTHONPATH"], job.environment["PYTHONSAFEPATH"]) == ("/agent", "/agent", "1")


def test_the_agent_is_told_its_model_and_its_tokens() -> None:
    environment = solve_job().environment

    assert (environment["DGM_MODEL"], environment["DGM_TOKENS_LEFT"]) == ("small", "1000")


def test_two_jobs_have_two_tokens() -> None:
    assert solve_job().environment["OPENAI_API_KEY"] != solve_job().environment["OPENAI_API_KEY"]


@pytest.mark.parametrize(("lease_s", "timeout_s"), [(1000.0, 60.0), (30.5, 30.0)])
def test_the_deadline_is_when_the_sandbox_stops_it(lease_s: float, timeout_s: float) -> None:
    bench = Bench()
    bench.run(trial_order(TASK, seconds=lease_s))

    job = bench.jobs[0]
    asked_at = bench.clock.at.timestamp()
    assert job.limits.timeout_s == timeout_s
    assert asked_at + timeout_s <= int(job.environment["DGM_DEADLINE"]) <= asked_at + timeout_s + 3


@pytest.mark.parametrize(("lease_s", "open_s"), [(1000.0, 60.0), (30.5, 30.0)])
def test_the_gateway_counts_the_seconds_that_the_agent_has(lease_s: float, open_s: float) -> None:
    bench = Bench()

    bench.run(trial_order(TASK, seconds=lease_s))

    assert [gateway.lease.seconds for gateway in bench.models.opened] == [open_s]


def test_a_lease_without_seconds_starts_nothing() -> None:
    bench = Bench()

    outcome = bench.run(trial_order(TASK, seconds=0))

    assert (outcome.verdict, bench.jobs) == (None, [])


def test_artifacts_are_kept_and_what_grading_printed_is_not_public() -> None:
    outcome = Bench().run()

    assert set(outcome.artifacts) == {"transcript.jsonl", "answer.diff", "out.tar", "solve.log", "grading.log"}
    assert set(outcome.artifacts) - set(outcome.public_artifacts) == {"grading.log"}


def test_the_answers_difference_is_an_artifact() -> None:
    assert b"+    return sum(numbers)" in Bench().run().artifacts["answer.diff"]


def test_the_transcript_is_the_gateways() -> None:
    assert Bench().run().artifacts["transcript.jsonl"] == b'{"fake": true}\n'


def test_an_agents_notes_are_kept_up_to_a_size() -> None:
    notes = Tree.of({"a.txt": "small", "b.bin": b"x" * (5 << 20), "c.txt": "small too"})
    outcome = Bench(solving=lambda job: job_result(job, changed={**SOLVED, "/out": notes})).run()

    assert list(Tree.from_tar(outcome.artifacts["out.tar"])) == ["a.txt"]


def test_spending_is_recorded_when_the_trial_is_unscored() -> None:
    outcome = Bench(grade_failures=3).run()

    assert outcome.spent.tokens == 15
    assert outcome.spent != Spent()
