"""The engines that are attacked, opened once, and what the host holds meanwhile."""

from collections.abc import Iterator, Mapping

import pytest

from dgm.errors import SandboxUnavailable
from dgm.ports import Sandbox
from dgm.sandbox import open_sandbox
from tests.attacks.outside import planted


@pytest.fixture(scope="session")
def outside() -> Iterator[Mapping[str, str]]:
    with planted() as where:
        yield where


@pytest.fixture(scope="session", params=[pytest.param("docker", marks=pytest.mark.docker), "bubblewrap"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    try:
        opened = open_sandbox(request.param, image="dgm-sandbox")
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    yield opened
    opened.close()
