"""Which tests run together, which may be skipped, and what CI thinks of it."""

import os
from collections.abc import Iterator

import pytest

from dgm.ports import Sandbox
from tests.engines import opened

MAY_SKIP_IN_CI = ("no pulled model", "no right to mount a tmpfs", "root may write everywhere")
"""Starts of skip reasons that CI accepts: all others fail the run there."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep on one worker of xdist what shares a thing of the whole machine: a Ray, or the engines' jobs."""
    for item in items:
        path = item.path.as_posix()
        if "tests/cluster" in path:
            item.add_marker(pytest.mark.xdist_group("ray"))
        elif "tests/sandbox" in path or "tests/attacks" in path or item.get_closest_marker("docker"):
            item.add_marker(pytest.mark.xdist_group("engines"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turn a skip that CI does not expect into a failure."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith(MAY_SKIP_IN_CI):
            report.outcome = "failed"
            report.longrepr = f"CI does not expect this skip: {reason}"
    return report


@pytest.fixture(scope="session")
def bubblewrap() -> Iterator[Sandbox]:
    yield from opened("bubblewrap")


@pytest.fixture(scope="session")
def docker() -> Iterator[Sandbox]:
    yield from opened("docker")
