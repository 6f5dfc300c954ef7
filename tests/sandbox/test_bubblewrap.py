"""bubblewrap keeps the contract."""

import os
import time
from collections.abc import Mapping

import pytest

from dgm.errors import SandboxError
from dgm.ports import Sandbox
from dgm.sandbox import open_sandbox
from dgm.sandbox.cgroup_parents import find_parents
from tests.sandbox.contract import SandboxContract
from tests.sandbox.jobs import shell
from tests.sandbox.outside import gateway

__all__ = ["gateway"]


class TestBubblewrap(SandboxContract):
    @pytest.fixture
    def sandbox(self, bubblewrap: Sandbox) -> Sandbox:
        return bubblewrap

    def test_memory_is_either_bounded_for_all_processes_or_said_not_to_be(self, sandbox: Sandbox) -> None:
        promised = "memory of all processes together" in sandbox.level.proved

        assert promised != any("for all of a job together" in words for words in sandbox.level.not_held)

    def test_a_job_leaves_no_control_group(self, sandbox: Sandbox) -> None:
        shell(sandbox, "setsid sleep 30 & exit 3")

        mine = f"dgm-{os.getpid()}-*"
        assert not [group for folder in find_parents().folders.values() for group in folder.glob(mine)]

    @pytest.mark.parametrize("files", [{"a": "", "a/b": ""}, {"a\0b": ""}, {"n" * 300: ""}])
    def test_files_that_no_disk_can_hold_are_the_sandboxs_failure(
        self, sandbox: Sandbox, files: Mapping[str, str]
    ) -> None:
        with pytest.raises(SandboxError, match="/agent"):
            shell(sandbox, "true", files=files)

    def test_opening_it_again_takes_less_than_a_second(self, sandbox: Sandbox) -> None:
        begun = time.monotonic()

        open_sandbox("bubblewrap").close()

        assert time.monotonic() - begun < 2.0  # half of that on a machine that does nothing else
