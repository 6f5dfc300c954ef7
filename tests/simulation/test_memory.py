"""The archive in memory keeps the contract of the real one."""

import pytest

from dgm.simulation import MemoryArchive, VirtualClock
from tests.archive.contract_agents import AgentsContract
from tests.archive.contract_log import LogContract
from tests.archive.contract_trials import TrialsContract
from tests.archive.examples import plant


class TestMemoryArchive(AgentsContract, LogContract, TrialsContract):
    @pytest.fixture
    def archive(self) -> MemoryArchive:
        made = MemoryArchive(VirtualClock())
        plant(made)
        return made
