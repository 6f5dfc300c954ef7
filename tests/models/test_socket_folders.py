"""Folders of sockets: dead ones go, living and young ones stay."""

import socket
import time
from pathlib import Path

import pytest

from dgm.models.socket_folders import make_socket_folder, sweep_socket_folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "gw-x"
    path.mkdir()
    return path


def test_a_folder_whose_gateway_died_is_removed(folder):
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(folder / "s"))

    assert sweep_socket_folders(time.time() + 3600, folder.parent) == 1
    assert not folder.exists()


def test_a_folder_whose_gateway_listens_stays(folder):
    with socket.socket(socket.AF_UNIX) as living:
        living.bind(str(folder / "s"))
        living.listen()

        assert sweep_socket_folders(time.time() + 3600, folder.parent) == 0


def test_a_young_folder_stays(folder):
    with socket.socket(socket.AF_UNIX) as new:
        new.bind(str(folder / "s"))

    assert sweep_socket_folders(time.time(), folder.parent) == 0


def test_a_folder_without_a_socket_stays(folder):
    assert sweep_socket_folders(time.time() + 3600, folder.parent) == 0


def test_the_path_of_a_folder_tells_nothing_of_the_user():
    folder = make_socket_folder()
    folder.rmdir()

    assert folder.parent == Path("/tmp")
