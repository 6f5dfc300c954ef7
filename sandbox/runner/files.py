"""Files in and out: fills the writable mounts, and hands over what a command left in them.

Nobody else is alive when files are handed over, so nothing changes under the walk. The host checks every word again.
"""

import os
import stat

from frames import CHUNK, DATA, FILE, GO, MOUNT, ORDER, REFUSED, Channel, pack_file, unpack_file
from order import Order

MAX_DEPTH = 32
MAX_PATH = 1024
MAX_REFUSED = 1000


def fill(channel: Channel, order: Order) -> str:
    """Take the order and write the files that the host sends, until it says go.

    Returns what went wrong, or nothing. What comes after a failure is dropped, so that the host can hear of it.
    """
    problem = ""
    mount = b""
    made = set()
    while True:
        kind, payload = channel.receive()
        if kind == GO:
            return problem
        if kind == ORDER:
            order.take(payload)
        elif kind == MOUNT:
            mount = payload
        elif kind == FILE and not problem:
            try:
                _write(channel, made, mount, *unpack_file(payload))
            except OSError as error:
                problem = str(error)


def _write(channel: Channel, made: set[bytes], mount: bytes, path: bytes, executable: bool, size: int) -> None:
    whole = os.path.join(mount, path)
    folder = os.path.dirname(whole)
    if folder not in made:
        os.makedirs(folder, exist_ok=True)
        made.add(folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    target = os.open(whole, flags, 0o755 if executable else 0o644)
    while size > 0:
        data = channel.receive()[1]
        size -= len(data)
        while data:
            data = data[os.write(target, data) :]
    os.close(target)


class Handover:
    """Streams the files of writable mounts to the host, within caps on bytes, entries, depth and path length."""

    def __init__(self, channel: Channel, max_bytes: int, max_entries: int) -> None:
        self._channel = channel
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._bytes = self._entries = self._refused = 0
        self._root = b""

    def stream(self, mount: bytes) -> None:
        """Send one mount."""
        self._channel.send(MOUNT, mount)
        self._bytes = self._entries = self._refused = 0
        self._root = mount
        folders = [b""]
        while folders:
            folders += reversed(self._folder(folders.pop()))

    def _folder(self, folder: bytes) -> list[bytes]:
        """Send the files of one folder; returns the folders in it."""
        below = []
        for name in self._names(folder):
            path = os.path.join(folder, name)
            about = os.lstat(os.path.join(self._root, path))
            reason = _objection(path, name, about)
            if reason:
                self._refuse(reason, path)
            elif stat.S_ISDIR(about.st_mode):
                below.append(path)
            elif self._bytes + about.st_size > self._max_bytes:
                self._refuse("TOO_LARGE", path)
            else:
                self._file(path, about)
        return below

    def _names(self, folder: bytes) -> list[bytes]:
        whole = os.path.join(self._root, folder)
        _allow(whole, os.lstat(whole))
        names = []
        with os.scandir(whole) as entries:
            for entry in entries:
                self._entries += 1
                if self._entries > self._max_entries:
                    if self._entries == self._max_entries + 1:
                        self._refuse("TOO_MANY", folder)
                    break
                names.append(entry.name)
        return sorted(names)

    def _file(self, path: bytes, about: os.stat_result) -> None:
        whole = os.path.join(self._root, path)
        _allow(whole, about)
        self._bytes += about.st_size
        self._channel.send(FILE, pack_file(path, bool(about.st_mode & 0o100), about.st_size))
        source, left = os.open(whole, os.O_RDONLY | os.O_NOFOLLOW), about.st_size
        while left > 0:
            data = os.read(source, min(CHUNK, left)) or bytes(min(CHUNK, left))
            self._channel.send(DATA, data)
            left -= len(data)
        os.close(source)

    def _refuse(self, reason: str, path: bytes) -> None:
        self._refused += 1
        if self._refused <= MAX_REFUSED:
            self._channel.send(REFUSED, reason.encode() + b" " + path[:MAX_PATH])


def _allow(whole: bytes, about: os.stat_result) -> None:
    """Make what the command locked readable again: the runner is its owner too."""
    wanted = 0o700 if stat.S_ISDIR(about.st_mode) else 0o400
    if about.st_mode & wanted != wanted:
        os.chmod(whole, wanted)


def _objection(path: bytes, name: bytes, about: os.stat_result) -> str:
    """Return the name of the reason not to take an entry, or nothing."""
    if len(path) > MAX_PATH or path.count(b"/") >= MAX_DEPTH:
        return "TOO_LONG"
    if name.lower() == b".git":
        return "GIT"
    if stat.S_ISLNK(about.st_mode):
        return "SYMLINK"
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
        return "SPECIAL"
    if stat.S_ISREG(about.st_mode) and about.st_nlink > 1:
        return "HARD_LINK"
    return ""
