"""docker keeps the contract, and leaves nothing behind."""

import pytest

from dgm.ports import Sandbox
from tests.sandbox.contract import SandboxContract
from tests.sandbox.outside import gateway

__all__ = ["gateway"]


@pytest.mark.docker
class TestDocker(SandboxContract):
    @pytest.fixture
    def sandbox(self, docker: Sandbox) -> Sandbox:
        return docker
