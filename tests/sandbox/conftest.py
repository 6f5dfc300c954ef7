"""Sandboxes opened once for all tests, and jobs that are quick to write."""

from collections.abc import Iterator

import pytest

from dgm.errors import SandboxUnavailable
from dgm.ports import Sandbox
from dgm.sandbox import open_sandbox


@pytest.fixture(scope="session")
def bubblewrap() -> Iterator[Sandbox]:
    yield from _opened("bubblewrap")


@pytest.fixture(scope="session")
def docker() -> Iterator[Sandbox]:
    yield from _opened("docker")


def _opened(engine: str) -> Iterator[Sandbox]:
    try:
        sandbox = open_sandbox(engine, image="dgm-sandbox")
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    yield sandbox
    sandbox.close()
