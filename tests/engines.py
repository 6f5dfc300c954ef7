"""The sandboxes that tests open. `DGM_TEST_IMAGE` names another Docker image than the usual one."""

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from dgm.errors import SandboxUnavailable
from dgm.ports import Sandbox
from dgm.sandbox import open_sandbox

IMAGE = os.environ.get("DGM_TEST_IMAGE", "dgm-sandbox")


def opened(engine: str) -> Iterator[Sandbox]:
    """Give a sandbox to a fixture; skip its tests where the engine cannot be used."""
    try:
        sandbox = open_sandbox(engine, image=IMAGE)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    with closing(sandbox):
        yield sandbox
