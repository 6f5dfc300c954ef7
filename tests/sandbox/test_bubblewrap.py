"""bubblewrap keeps the contract."""

import pytest

from dgm.ports import Sandbox
from tests.sandbox.contract import SandboxContract, gateway

__all__ = ["gateway"]


class TestBubblewrap(SandboxContract):
    @pytest.fixture
    def sandbox(self, bubblewrap: Sandbox) -> Sandbox:
        return bubblewrap

    def test_it_says_that_memory_is_bounded_for_each_process_only(self, sandbox: Sandbox) -> None:
        assert any("memory" in words for words in sandbox.level.not_held)
