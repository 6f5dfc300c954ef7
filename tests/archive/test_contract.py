"""The archive of git and SQLite keeps the port's contract."""

from tests.archive.contract_agents import AgentsContract
from tests.archive.contract_log import LogContract
from tests.archive.contract_trials import TrialsContract


class TestRunArchive(AgentsContract, LogContract, TrialsContract):
    """With the fixture of this folder."""
