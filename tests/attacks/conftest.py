"""The engines that are attacked, opened once, and what the host holds meanwhile."""

from collections.abc import Iterator, Mapping

import pytest

from dgm.ports import Sandbox
from tests.attacks.outside import planted
from tests.engines import opened


@pytest.fixture(scope="session")
def outside() -> Iterator[Mapping[str, str]]:
    with planted() as where:
        yield where


@pytest.fixture(scope="session", params=[pytest.param("docker", marks=pytest.mark.docker), "bubblewrap"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from opened(request.param)
