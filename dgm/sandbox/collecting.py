"""Files out of a sandbox: frames become trees in memory, within caps. Nothing is ever written to the host's disk.

The runner applies the same caps; here they are applied again, because its words are not trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dgm.sandbox.frames import BrokenStream, FileHead, Frame, Kind, file_head
from dgm.values import Collected, FileEntry, Refusal, RefusalReason, Tree, path_fault

MAX_ENTRIES = 20_000
MAX_REFUSED = 1_000
MAX_PATH_BYTES = 1024
"""Of what was refused: such a path may be anything."""


@dataclass(slots=True)
class _Receiving:
    """One mount while its frames come in."""

    files: dict[str, FileEntry] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    size: int = 0

    def refuse(self, path: str, reason: RefusalReason) -> None:
        if len(self.refused) < MAX_REFUSED:
            self.refused.append(Refusal(path, reason))


class Collecting:
    """Takes MOUNT, FILE, DATA and REFUSED frames.

    Args:
        mounts: the paths that may come, each once.
        max_bytes: the most that one mount may hold.
    """

    def __init__(self, mounts: Sequence[str], max_bytes: int) -> None:
        self._mounts = {path: _Receiving() for path in mounts}
        self._expected = set(mounts)
        self._max_bytes = max_bytes
        self._here: _Receiving | None = None
        self._file: FileHead | None = None
        self._data = bytearray()

    def take(self, frame: Frame) -> None:
        """Take one frame. Raises BrokenStream when it cannot come from the runner."""
        if frame.kind is Kind.MOUNT:
            self._begin(frame.payload)
        elif frame.kind is Kind.FILE:
            self._open(file_head(frame.payload))
        elif frame.kind is Kind.DATA:
            self._add(frame.payload)
        elif frame.kind is Kind.REFUSED:
            self._refused(frame.payload)
        else:
            raise BrokenStream(f"{frame.kind.name} among the files")

    def finish(self) -> dict[str, Collected]:
        """Return one entry for each mount. Raises BrokenStream when a file is incomplete."""
        self._complete()
        return {path: Collected(Tree(here.files), tuple(here.refused)) for path, here in self._mounts.items()}

    def _begin(self, payload: bytes) -> None:
        self._complete()
        path = payload.decode("utf-8", "replace")
        if path not in self._expected:
            raise BrokenStream(f"a mount that was not asked for, or twice: {path!r}")
        self._expected.remove(path)
        self._here = self._mounts[path]

    def _open(self, head: FileHead) -> None:
        self._complete()
        here = self._receiving()
        here.size += head.size
        if here.size > self._max_bytes or len(here.files) >= MAX_ENTRIES:
            raise BrokenStream("more than the runner may send")
        self._file = head

    def _add(self, payload: bytes) -> None:
        if self._file is None or not payload or len(self._data) + len(payload) > self._file.size:
            raise BrokenStream("bytes of no file")
        self._data += payload

    def _complete(self) -> None:
        """Put the file that is under way into its tree."""
        if self._file is None:
            return
        head, data, here = self._file, bytes(self._data), self._receiving()
        self._file, self._data = None, bytearray()
        if len(data) != head.size:
            raise BrokenStream("a file that ends early")
        path = head.path.decode("utf-8", "replace")
        if reason := objection(head.path):
            here.refuse(path, reason)
        elif path in here.files:
            raise BrokenStream("the same file twice")
        else:
            here.files[path] = FileEntry(data, head.executable)

    def _refused(self, payload: bytes) -> None:
        self._complete()
        name, _, path = payload.partition(b" ")
        try:
            reason = RefusalReason[name.decode("ascii", "replace")]
        except KeyError as error:
            raise BrokenStream("a refusal without a reason") from error
        self._receiving().refuse(path[:MAX_PATH_BYTES].decode("utf-8", "replace"), reason)

    def _receiving(self) -> _Receiving:
        if self._here is None:
            raise BrokenStream("a file of no mount")
        return self._here


def objection(path: bytes) -> RefusalReason | None:
    """Return why a path may not be in a tree, or None."""
    try:
        return path_fault(path.decode("utf-8"))
    except UnicodeDecodeError:
        return RefusalReason.BAD_NAME
