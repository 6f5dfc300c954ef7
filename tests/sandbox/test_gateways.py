"""Only who must connect to a gateway's socket is let in."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dgm.errors import SandboxError
from dgm.sandbox.gateways import let_in


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Path]:
    """A socket as the gateway makes it: open to everybody."""
    (tmp_path / "gw").mkdir()
    path = tmp_path / "gw" / "s"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        path.chmod(0o666)
        path.parent.chmod(0o711)
        yield path


def modes(path: Path) -> tuple[int, int]:
    return stat.S_IMODE(path.parent.stat().st_mode), stat.S_IMODE(path.stat().st_mode)


def test_other_users_of_the_host_are_kept_out(gateway: Path) -> None:
    let_in(gateway)

    assert modes(gateway) == ((0o710, 0o660) if os.geteuid() == 0 else (0o700, 0o600))


def test_everybody_is_let_in_where_the_engine_renumbers_users(gateway: Path) -> None:
    let_in(gateway, everyone=True)

    assert modes(gateway) == (0o711, 0o666)


def test_the_path_inside_names_nothing_of_the_host(gateway: Path) -> None:
    assert let_in(gateway) == "/run/gateway/s"


def test_a_socket_that_is_not_there_is_the_sandboxs_error(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="cannot be mounted"):
        let_in(tmp_path / "none")


def test_without_a_gateway_there_is_no_path() -> None:
    assert let_in(None) == ""
