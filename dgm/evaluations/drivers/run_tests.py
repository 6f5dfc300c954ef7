"""Runs inside a grading sandbox: pytest on the hidden tests, in one process with the answer.

Started as `python -P -s -B run_tests.py HIDDEN REPOSITORY REPORT`. Writes `{"exit_code", "tests", "broken"}` as JSON:
every test's id with its outcome, and the files that could not be imported. The answer can change anything in this
process, so nothing here is trusted: it does not know which tests are canaries, and the host compares.
"""

import json
import os
import sys

import pytest

OPTIONS = (
    "--noconftest",
    "-c/dev/null",
    "-pno:cacheprovider",
    "-pno:junitxml",
    "-pno:pastebin",
    "-pno:stepwise",
    "-pno:doctest",
    "-pno:unittest",
    "--import-mode=importlib",
    "--assert=plain",
    "--continue-on-collection-errors",
    "--tb=short",
    "-q",
)


class Recorder:
    """Keeps the outcome of every test: the worst of its set-up, call and tear-down."""

    def __init__(self) -> None:
        self.tests: dict[str, str] = {}
        self.broken: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of one test."""
        outcome = report.outcome if report.when == "call" or report.outcome != "passed" else None
        if outcome is not None and self.tests.get(report.nodeid) in (None, "passed"):
            self.tests[report.nodeid] = outcome

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take a file that could not be collected."""
        if report.failed:
            self.broken.append(report.nodeid)


def main() -> None:
    """Run, write the report, and end without what the answer may have left to run at exit."""
    hidden, repository, report_path = sys.argv[1:4]
    end, write = os._exit, os.write
    report_file = os.open(report_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.chdir("/tmp")
    sys.path.append(repository)
    recorder = Recorder()
    exit_code = int(pytest.main([*OPTIONS, f"--rootdir={hidden}", hidden], plugins=[recorder]))
    report = {"exit_code": exit_code, "tests": sorted(recorder.tests.items()), "broken": recorder.broken}
    data = json.dumps(report).encode()
    while data:
        data = data[write(report_file, data) :]
    sys.stdout.flush()
    sys.stderr.flush()
    end(exit_code)


if __name__ == "__main__":
    main()
