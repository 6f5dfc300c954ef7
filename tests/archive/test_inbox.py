"""The inbox: a request arrives whole and once, and nothing else is taken for one."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm.archive import RunInbox
from dgm.archive.inbox import MAX_AT_ONCE, MAX_BYTES
from dgm.values import Command, Request

GOOD = {"request_id": "0" * 32, "command": "veto", "by": "Ann", "agent": 3, "reason": "odd"}


def request(command: Command = Command.PAUSE, **more: object) -> Request:
    return Request(uuid4().hex, command, **more)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An inbox's folder, with nothing in it."""
    inbox = tmp_path / "inbox"
    inbox.mkdir(mode=0o700)
    return inbox


def test_a_request_arrives_as_it_was_sent(tmp_path: Path) -> None:
    sent = request(Command.VETO, agent=7, reason="it reads\nthe clock \u202e", by="Ann")
    RunInbox(tmp_path).send(sent)

    (letter,) = RunInbox(tmp_path).look()

    assert letter.request == sent


def test_the_oldest_comes_first(tmp_path: Path) -> None:
    sent = [request() for _ in range(5)]
    for each in sent:
        RunInbox(tmp_path).send(each)

    assert [letter.request for letter in RunInbox(tmp_path).look()] == sent


def test_only_the_owner_can_enter(tmp_path: Path) -> None:
    RunInbox(tmp_path).send(request())

    assert (tmp_path / "inbox").stat().st_mode & 0o777 == 0o700


def test_what_was_handled_is_gone(tmp_path: Path) -> None:
    inbox = RunInbox(tmp_path)
    inbox.send(request())
    (letter,) = inbox.look()

    inbox.discard(letter)

    assert inbox.look() == ()
    inbox.discard(letter)


def test_a_run_without_an_inbox_has_no_requests(tmp_path: Path) -> None:
    assert RunInbox(tmp_path).look() == ()


def test_a_file_that_is_being_written_is_not_looked_at(folder: Path) -> None:
    (folder / "1.json.tmp").write_text("{")

    assert RunInbox(folder.parent).look() == ()


def linked(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere.json"
    elsewhere.write_text(json.dumps(GOOD))
    path.symlink_to(elsewhere)


def hard_linked(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere.json"
    elsewhere.write_text(json.dumps(GOOD))
    path.hardlink_to(elsewhere)


def foreign(path: Path) -> None:
    path.write_text(json.dumps(GOOD))
    try:
        os.chown(path, 12345, 12345)
    except PermissionError:
        pytest.skip("no right to give a file away")


NO_REQUESTS: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_text(""),
    "no JSON": lambda path: path.write_text("stop"),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe"),
    "deep": lambda path: path.write_text("[" * 15_000),
    "a list": lambda path: path.write_text("[]"),
    "more than a request says": lambda path: path.write_text(json.dumps(GOOD | {"shell": "rm"})),
    "another command": lambda path: path.write_text(json.dumps(GOOD | {"command": "exec"})),
    "no agent": lambda path: path.write_text(json.dumps(GOOD | {"agent": None})),
    "an agent to stop": lambda path: path.write_text(json.dumps(GOOD | {"command": "stop"})),
    "a negative agent": lambda path: path.write_text(json.dumps(GOOD | {"agent": -1})),
    "an agent as text": lambda path: path.write_text(json.dumps(GOOD | {"agent": "3"})),
    "an id that is a path": lambda path: path.write_text(json.dumps(GOOD | {"request_id": "../" * 10 + "ab"})),
    "a name without end": lambda path: path.write_text(json.dumps(GOOD | {"by": "A" * 65})),
    "too large": lambda path: path.write_text(json.dumps(GOOD) + " " * MAX_BYTES),
    "a folder": lambda path: path.mkdir(),
    "a fifo": lambda path: os.mkfifo(path),
    "a symbolic link": linked,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a hard link": hard_linked,
    "somebody else's": foreign,
}


@pytest.mark.parametrize("make", NO_REQUESTS.values(), ids=NO_REQUESTS.keys())
def test_nothing_else_is_taken_for_a_request(folder: Path, make: Callable[[Path], object]) -> None:
    make(folder / "1.json")
    inbox = RunInbox(folder.parent)

    (letter,) = inbox.look()

    assert letter.request is None
    assert letter.fault
    inbox.discard(letter)
    assert inbox.look() == ()


def test_where_the_file_is_good_it_is_a_request(folder: Path) -> None:
    (folder / "1.json").write_text(json.dumps(GOOD))

    (letter,) = RunInbox(folder.parent).look()

    assert letter.request == Request("0" * 32, Command.VETO, "Ann", 3, "odd")


def test_removing_a_link_leaves_what_it_leads_to(folder: Path) -> None:
    linked(folder / "1.json")
    inbox = RunInbox(folder.parent)

    inbox.discard(inbox.look()[0])

    assert (folder.parent / "elsewhere.json").exists()


def test_an_inbox_that_others_can_write_is_not_read(folder: Path) -> None:
    (folder / "1.json").write_text(json.dumps(GOOD))
    folder.chmod(0o777)

    (letter,) = RunInbox(folder.parent).look()

    assert letter.request is None


def test_an_inbox_that_is_a_link_is_not_read_and_told_once(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    RunInbox(tmp_path / "other").send(request())
    (tmp_path / "inbox").symlink_to(tmp_path / "other" / "inbox")
    inbox = RunInbox(tmp_path)

    (letter,) = inbox.look()
    inbox.discard(letter)

    assert letter.request is None
    assert inbox.look() == ()


def test_a_flood_is_taken_in_parts(folder: Path) -> None:
    for number in range(3 * MAX_AT_ONCE):
        (folder / f"{number}.json").write_text("")

    assert len(RunInbox(folder.parent).look()) == MAX_AT_ONCE


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.binary(max_size=200))
def test_no_bytes_break_it(folder: Path, data: bytes) -> None:
    (folder / "1.json").write_bytes(data)

    assert len(RunInbox(folder.parent).look()) == 1
