from collections.abc import Iterator

import pytest

from dgm.errors import SandboxUnavailable
from dgm.ports import Sandbox
from dgm.sandbox import open_sandbox


@pytest.fixture(scope="session")
def bubblewrap() -> Iterator[Sandbox]:
    try:
        sandbox = open_sandbox("bubblewrap", image="dgm-sandbox")
    except SandboxUnavailable as error:
        pytest.skip(f"no bubblewrap here: {error}")
    yield sandbox
    sandbox.close()
