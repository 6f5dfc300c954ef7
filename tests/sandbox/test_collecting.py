"""A hostile stream becomes a refusal or a broken stream, never a file that was not there."""

from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dgm.sandbox.collecting import MAX_REFUSED, Collecting, objection
from dgm.sandbox.frames import _FILE, BrokenStream, Frame, Frames, Kind, encode, file_head
from dgm.values import Collected, FileEntry, Mount, Refusal, RefusalReason, Tree


class Replay:
    """A wire that gives recorded bytes in pieces."""

    def __init__(self, data: bytes, piece: int = 7) -> None:
        self._data, self._piece = data, piece

    def send(self, data: bytes, until: float) -> None:
        raise AssertionError

    def receive(self, until: float) -> bytes:
        piece, self._data = self._data[: self._piece], self._data[self._piece :]
        if not piece:
            raise BrokenStream("the end")
        return piece

    def close(self) -> None:
        pass


def file(path: bytes, data: bytes = b"x", *, size: int | None = None) -> list[Frame]:
    head = Frame(Kind.FILE, _FILE.pack(0, len(data) if size is None else size) + path)
    return [head, Frame(Kind.DATA, data)] if data else [head]


def collect(frames: list[Frame], max_bytes: int = 1000) -> Collected:
    collecting = Collecting(["/w"], max_bytes)
    collecting.take(Frame(Kind.MOUNT, b"/w"))
    for frame in frames:
        collecting.take(frame)
    return collecting.finish()["/w"]


paths = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=5), min_size=1, max_size=4).map("/".join)


@given(st.binary(min_size=1, max_size=40) | paths.map(str.encode))
@example(b"a/../b")
@example(b"/etc/passwd")
@example(b".git/config")
@example(b"a/.GIT /x")
def test_a_path_that_is_taken_is_relative_printable_and_stays_inside(path: bytes) -> None:
    if objection(path) is None:
        text = path.decode()
        parts = PurePosixPath(text).parts
        assert str(PurePosixPath(text)) == text
        assert not text.startswith("/")
        assert ".." not in parts
        assert all(part.lower() != ".git" for part in parts)
        assert "\n" not in text
        assert "\x1b" not in text


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (b"/etc/passwd", RefusalReason.BAD_NAME),
        (b"a/../../b", RefusalReason.BAD_NAME),
        (b"a//b", RefusalReason.BAD_NAME),
        (b"./a", RefusalReason.BAD_NAME),
        (b"a\nb", RefusalReason.BAD_NAME),
        (b"\xff", RefusalReason.BAD_NAME),
        (b"a\0b", RefusalReason.BAD_NAME),
        (b".git", RefusalReason.GIT),
        (b"a/.Git/hooks/x", RefusalReason.GIT),
        (b"GIT~1/x", RefusalReason.GIT),
        (b"a/.gitignore", RefusalReason.GIT),
        (b"git~2", RefusalReason.GIT),
        (b"a\\b", RefusalReason.BAD_NAME),
        (".g\u200cit/x".encode(), RefusalReason.GIT),
        (b"/".join([b"d"] * 40), RefusalReason.TOO_LONG),
        (b"x" * 2000, RefusalReason.TOO_LONG),
    ],
)
def test_a_bad_path_is_refused_with_its_reason(path: bytes, reason: RefusalReason) -> None:
    assert objection(path) is reason


@pytest.mark.parametrize("path", [b".hidden", b"a/b.py", "ü/ñ.py".encode(), b"a b", b"-rf"])
def test_an_ordinary_path_is_taken(path: bytes) -> None:
    assert objection(path) is None


def test_files_and_refusals_come_together() -> None:
    got = collect([*file(b"ok", b"data"), Frame(Kind.REFUSED, b"SYMLINK link"), *file(b"../up")])

    assert got == Collected(
        Tree({"ok": FileEntry(b"data")}),
        (Refusal("link", RefusalReason.SYMLINK), Refusal("../up", RefusalReason.BAD_NAME)),
    )


@pytest.mark.parametrize(
    "frames",
    [
        file(b"a", b"12", size=1),
        file(b"a", b"1", size=2),
        file(b"a", b"", size=1001),
        [*file(b"a"), *file(b"a")],
        [*file(b"a", b"x" * 600), *file(b"b", b"x" * 600)],
        [Frame(Kind.DATA, b"x")],
        [Frame(Kind.REFUSED, b"NO_SUCH_REASON path")],
        [Frame(Kind.MOUNT, b"/other")],
        [Frame(Kind.MOUNT, b"/w")],
        [Frame(Kind.HELLO, b"")],
        [*file(b"a", b"", size=1), Frame(Kind.DATA, b"")],
    ],
)
def test_what_the_runner_never_sends_breaks_the_stream(frames: list[Frame]) -> None:
    with pytest.raises(BrokenStream):
        collect(frames)


def test_refusals_are_capped() -> None:
    got = collect([Frame(Kind.REFUSED, b"SPECIAL %d" % n) for n in range(2 * MAX_REFUSED)])

    assert len(got.refused) == MAX_REFUSED


def test_a_name_that_would_overwrite_after_decoding_is_refused() -> None:
    got = collect([*file(b"\xef\xbf\xbd", b"real"), *file(b"\xff", b"fake")])

    assert got.tree["\ufffd"].data == b"real"


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_a_broken_stream(data: bytes) -> None:
    frames = Frames(Replay(data))
    try:
        while True:
            frames.next(0.0)
    except BrokenStream:
        pass


def test_a_frame_that_announces_gigabytes_is_not_waited_for() -> None:
    with pytest.raises(BrokenStream, match="4294967295"):
        Frames(Replay(b"D\xff\xff\xff\xff")).next(0.0)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.binary(max_size=50), max_size=5))
def test_what_the_host_says_is_heard_as_it_was_said(files: dict[str, bytes]) -> None:
    tree = Tree.of(files)
    said = b"".join(encode([("workdir", "/w")], [Mount("/w", tree, writable=True)]))
    frames, heard = Frames(Replay(said)), {}
    while (frame := frames.next(0.0)).kind is not Kind.GO:
        if frame.kind is Kind.FILE:
            path = file_head(frame.payload).path.decode()
            heard[path] = b""
        elif frame.kind is Kind.DATA:
            heard[path] += frame.payload

    assert heard == files
