"""From what a grading sandbox gave to a verdict. Pure; the host's own judgement.

Nothing that was printed counts. A report is what a process that ran the answer wrote, so it is checked against what the
host alone knows: the exact ids, which of them had to fail, the exit code that follows from them, and how the sandbox
ended.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from dgm.evaluations.canaries import Disguise
from dgm.values import Ended, Finish, JobResult, Verdict

REPORT_FOLDER = "/report"
REPORT_FILE = "report.json"
MAX_REPORT_BYTES = 8 << 20

SOME_FAILED = 1
"""pytest's exit code of a run in which a test failed: as canaries always do."""

INCOMPLETE = "the sandbox ended with success before the report was written"
NOT_OURS = "the report is not what the driver writes"
EXIT_CODE = "the exit code does not follow from the report"
IDS = "the report lacks tests or holds others"
SKIPPED = "a test was skipped"
CONTRADICTION = "a canary passed together with the test that it contradicts"


class PytestReport(BaseModel):
    """What `drivers/run_tests.py` writes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    exit_code: int
    tests: list[tuple[str, str]]
    broken: list[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """There is no report to judge: how grading finished, and the sign of tampering if there is one."""

    finish: Finish
    tampering: str | None = None


def unresolved(expected: Sequence[str], finish: Finish, tampering: str | None = None) -> Verdict:
    """Return the verdict of an answer of which no test counts."""
    return Verdict(False, finish, 0, len(expected), tuple(expected), tampering)


def judge_tests(expected: Sequence[str], disguise: Disguise, result: JobResult) -> Verdict:
    """Judge a run of pytest by its report, its exit code, its canaries and how its sandbox ended."""
    data = read_report(result)
    if isinstance(data, Unread):
        return unresolved(expected, data.finish, data.tampering)
    try:
        report = PytestReport.model_validate_json(data)
    except ValidationError:
        return unresolved(expected, Finish.TAMPERED, NOT_OURS)
    outcomes = dict(report.tests)
    if report.exit_code != result.exit_code:
        return unresolved(expected, Finish.TAMPERED, EXIT_CODE)
    if report.exit_code not in (0, SOME_FAILED) and not report.broken:
        return unresolved(expected, Finish.CRASHED)
    sign = _sign_of_tampering(report, outcomes, disguise)
    if sign is not None:
        return unresolved(expected, Finish.TAMPERED, sign)
    if outcomes.get(disguise.must_pass) != "passed" and not report.broken:
        return unresolved(expected, Finish.CRASHED)
    return counted(expected, {disguise.real[name] for name in disguise.real if outcomes.get(name) == "passed"})


def counted(expected: Sequence[str], passed: set[str]) -> Verdict:
    """Return the verdict of an answer by the tests or calls that it passed: all, or it is not resolved."""
    failed = tuple(name for name in expected if name not in passed)
    finish = Finish.TESTS_FAILED if failed else Finish.RESOLVED
    return Verdict(not failed, finish, len(expected) - len(failed), len(expected), failed)


def read_report(result: JobResult) -> bytes | Unread:
    """Return the bytes of a report, or why there is none."""
    match result.ended:
        case Ended.TIMED_OUT:
            return Unread(Finish.TIMED_OUT)
        case Ended.OUT_OF_MEMORY:
            return Unread(Finish.OUT_OF_MEMORY)
        case Ended.KILLED:
            return Unread(Finish.CRASHED)
    collected = result.collected.get(REPORT_FOLDER)
    files = {} if collected is None else collected.tree.files
    data = files[REPORT_FILE].data if REPORT_FILE in files else b""
    if not data:
        return Unread(Finish.TAMPERED, INCOMPLETE) if result.exit_code == 0 else Unread(Finish.CRASHED)
    if len(files) > 1 or (collected and collected.refused) or len(data) > MAX_REPORT_BYTES:
        return Unread(Finish.TAMPERED, NOT_OURS)
    return data


def read_results(result: JobResult, count: int) -> list[object] | Unread:
    """Return the results of a list of calls, or why they cannot be judged."""
    data = read_report(result)
    if isinstance(data, Unread):
        return data
    try:
        results = json.loads(data)
    except (ValueError, RecursionError):
        return Unread(Finish.TAMPERED, NOT_OURS)
    if result.exit_code != 0:
        return Unread(Finish.TAMPERED, EXIT_CODE)
    return results if isinstance(results, list) and len(results) == count else Unread(Finish.TAMPERED, NOT_OURS)


def _sign_of_tampering(report: PytestReport, outcomes: Mapping[str, str], disguise: Disguise) -> str | None:
    if len(outcomes) != len(report.tests) or not _whole(report, outcomes, disguise):
        return IDS
    if not set(outcomes.values()) <= {"passed", "failed"}:
        return SKIPPED
    if _contradicts(outcomes, disguise):
        return CONTRADICTION
    return EXIT_CODE if report.exit_code == 0 else None


def _whole(report: PytestReport, outcomes: Mapping[str, str], disguise: Disguise) -> bool:
    """Tell whether exactly the tests are there that were mounted, but for those of files that cannot be imported."""
    ran = {name for name in disguise.ids if not any(name.startswith(f"{file}::") for file in report.broken)}
    return set(outcomes) == ran


def _contradicts(outcomes: Mapping[str, str], disguise: Disguise) -> bool:
    passed = {disguise.real[name] for name in disguise.real if outcomes.get(name) == "passed"}
    return any(original in passed for name, original in disguise.canaries.items() if outcomes.get(name) == "passed")
